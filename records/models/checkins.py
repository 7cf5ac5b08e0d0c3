"""What was agreed about asking how someone is, and each time they were asked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

_LIVE = text("ended_at IS NULL AND kind <> 'goal'")
_DUE = text("next_at IS NOT NULL")
_FOLLOWED = text("follow_at IS NOT NULL")


class CheckPlan(HasId, Base):
    """One agreement with a client. Kinds: how (how are you?), caring, goal (a step of theirs).

    Its dates are counted from `anchor_on` as `every` says (day, week, fortnight, month; caring
    has steps of its own); `step` is the next one. `meant_at` is when the plan wants the next
    text and `next_at` when it is looked at: later when it fell in hours that are not safe.
    Both are empty once nothing more comes. `occasion` is "birthday" when the next is one.
    `words_sealed` is a goal's step in the client's words, `birthday_sealed` "MM-DD".
    `agreed_by` is the worker (empty: the client by text), who hears first when it is not ok.
    """

    __tablename__ = "check_plan"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    every: Mapped[str] = mapped_column(String(12))
    anchor_on: Mapped[date] = mapped_column(Date)
    at_minute: Mapped[int] = mapped_column(SmallInteger)
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    occasion: Mapped[str | None] = mapped_column(String(8))
    meant_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    words_sealed: Mapped[bytes | None]
    birthday_sealed: Mapped[bytes | None]
    agreed_by: Mapped[int | None] = mapped_column(BigInteger)
    agreed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(8))

    __table_args__ = (
        Index(
            "uq_check_plan_live",
            "contact_id",
            "kind",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_check_plan_due", "next_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )


class CheckIn(HasId, Base):
    """One date of a plan: asked, or dropped for a reason. There is one row for each date: that
    is what keeps a text from going twice.

    States: sent, answered, heard (they wrote about something else), unanswered (a person was
    told), dropped. `second_id` is the one further text when nobody answered; `follow_at` when
    that, or telling a person, is due. `answer`: ok, so_so, not_ok, words; done, not_yet, help.
    """

    __tablename__ = "check_in"

    plan_id: Mapped[int] = mapped_column(ForeignKey("check_plan.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    meant_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    second_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    follow_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(String(8))
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("plan_id", "meant_at"),
        Index("ix_check_in_contact", "contact_id", "id"),
        Index(
            "ix_check_in_follow", "follow_at", sqlite_where=_FOLLOWED, postgresql_where=_FOLLOWED
        ),
    )
