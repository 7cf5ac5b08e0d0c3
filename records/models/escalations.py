"""An urgent text on its way to a person: who was paged, who took it, and what is due next."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Escalation(HasId, Base):
    """One client's alert. It goes on until a person has it; nothing but a person ends it.

    `number` is what staff read and reply with; it grows and is never used again. A probe of
    the line itself has none and no contact's words; a drill is a real page about nobody.
    `state` is open, acknowledged or resolved.
    `pages_when`: always, evening (until 21:00) or staffed. `step` is the next rung of the
    ladder that began at `ladder_at`; `next_at` when that rung is due, empty while someone
    has it. `raised_at`: when it last got graver, or an urgent text came while someone had it.
    `silence_at`: when a question without an answer raises the level
    or, at the top, starts the ladder over; `tell_at`: when
    the client is told, once, that nobody has picked up. `told_at`: when they were, or wished no
    text. `human_at`: the last reply or note by a person, or talk on a call. `kinds` are those the
    client already got numbers for, joined by commas. `worker_id` is the client's own worker,
    paged in place of the first on call while the office is staffed.
    `wrong_codes`: how often somebody tried to close it by text with a code that was not right.
    """

    __tablename__ = "escalation"

    number: Mapped[int | None] = mapped_column(Integer, unique=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    level: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str] = mapped_column(String(24))
    kinds: Mapped[str] = mapped_column(String(240), default="")
    pages_when: Mapped[str] = mapped_column(String(8), default="always")
    is_silent: Mapped[bool] = mapped_column(Boolean, default=False)
    is_probe: Mapped[bool] = mapped_column(Boolean, default=False)
    is_drill: Mapped[bool] = mapped_column(Boolean, default=False)
    cannot_text: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[str] = mapped_column(String(12), default="open")
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    ladder_at: Mapped[datetime]
    next_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    raised_at: Mapped[datetime | None]
    texts: Mapped[int] = mapped_column(Integer, default=1)
    message_id: Mapped[int] = mapped_column(BigInteger)  # the newest text that raised it
    reply_id: Mapped[int | None] = mapped_column(BigInteger)  # the newest first reply
    answer: Mapped[str | None] = mapped_column(String(4))
    answered_at: Mapped[datetime | None]
    noted_at: Mapped[datetime | None]
    silence_at: Mapped[datetime | None]
    tell_at: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    acknowledged_by: Mapped[int | None] = mapped_column(BigInteger)
    acknowledged_at: Mapped[datetime | None]
    ack_expires_at: Mapped[datetime | None]
    human_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None] = mapped_column(String(32))
    worker_id: Mapped[int | None] = mapped_column(BigInteger)
    wrong_codes: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")

    __table_args__ = (
        Index(
            "uq_escalation_contact_open",
            "contact_id",
            unique=True,
            sqlite_where=text("state <> 'resolved'"),
            postgresql_where=text("state <> 'resolved'"),
        ),
        Index("ix_escalation_opened_at", "opened_at"),
        Index(
            "ix_escalation_unresolved",
            "opened_at",
            sqlite_where=text("state <> 'resolved'"),
            postgresql_where=text("state <> 'resolved'"),
        ),
    )


class Page(HasId, Base):
    """One try to reach one worker by one channel: sms, voice, email, push (or probe).

    `message_id` is its row in the outbox. `proven_at`: the carrier said delivered, or a person
    picked up. `check_at` is when it must be proven by; empty once it is settled. An alarm's
    page has a `queue_item_id` in place of an escalation.
    """

    __tablename__ = "page"

    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"), index=True)
    queue_item_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
    channel: Mapped[str] = mapped_column(String(8))
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    message_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    check_at: Mapped[datetime | None]
    proven_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_page_staff", "staff_id", "created_at"),
        Index(
            "ix_page_unproven",
            "check_at",
            sqlite_where=text("check_at IS NOT NULL"),
            postgresql_where=text("check_at IS NOT NULL"),
        ),
    )


class Acknowledgement(HasId, Base):
    """A person took an alert, by sms, voice or panel. One at a time: the first one has it.

    `message_id` is the text that told them so. `ended_by`: expired, released ("not me"), raised,
    handed_on, resolved.
    """

    __tablename__ = "acknowledgement"

    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True)
    staff_id: Mapped[int] = mapped_column(BigInteger)
    how: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(12))
    message_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index(
            "uq_acknowledgement_holder",
            "escalation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_acknowledgement_staff", "staff_id", "at"),
    )


class Counter(Base):
    """A number that only grows, such as the last one given to an urgent item."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(24), primary_key=True)
    value: Mapped[int] = mapped_column(Integer)
