"""A client's own plan: goals, small steps, stages, and the second plan that both unlock."""

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

_WAITING = text("state = 'agreed'")


class Goal(HasId, Base):
    """What a client works towards, in their words. Plans: individual, exit.

    `area` is one of bot.program.areas.AREAS. States: open, reached, set_aside.
    """

    __tablename__ = "goal"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    plan: Mapped[str] = mapped_column(String(12), default="individual")
    area: Mapped[str] = mapped_column(String(16))
    words_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(12), default="open")
    added_by: Mapped[int] = mapped_column(BigInteger)
    added_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class GoalStep(HasId, Base):
    """One small step of a goal. `who` does it: client, worker, together, partner.

    States: open, done, dropped. `check_plan_id` is the agreement by which the line texts it,
    one step a text; `done_by` is "client" when their reply marked it, else "staff".
    """

    __tablename__ = "goal_step"

    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    words_sealed: Mapped[bytes]
    who: Mapped[str] = mapped_column(String(8), default="client")
    due_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(8), default="open")
    check_plan_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    added_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None] = mapped_column(String(8))


class ExitPlan(HasId, Base):
    """The second plan of a client: open only once worker and client have both said so.

    `client_how`: text (they answered 1) or in_person (a worker heard it). Closed by either.
    """

    __tablename__ = "exit_plan"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    client_how: Mapped[str | None] = mapped_column(String(12))
    client_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_exit_plan_open",
            "contact_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )


class StageCheck(HasId, Base):
    """The four questions about one goal, asked once on a day agreed with the client.

    States: agreed, asking, done, skipped, dropped (`reason`). Scores are 0 to 10, `fits` 1 to 6.
    `stage` and `level` are what the scores propose; a worker's StageChange is what holds.
    """

    __tablename__ = "stage_check"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id"), index=True)
    state: Mapped[str] = mapped_column(String(8), default="agreed")
    reason: Mapped[str | None] = mapped_column(String(16))
    due_at: Mapped[datetime]
    agreed_by: Mapped[int] = mapped_column(BigInteger)
    agreed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    how_much: Mapped[int | None] = mapped_column(SmallInteger)
    how_sure: Mapped[int | None] = mapped_column(SmallInteger)
    how_safe: Mapped[int | None] = mapped_column(SmallInteger)
    fits: Mapped[int | None] = mapped_column(SmallInteger)
    stage: Mapped[str | None] = mapped_column(String(16))
    level: Mapped[str | None] = mapped_column(String(1))

    __table_args__ = (
        Index("ix_stage_check_due", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )


class StageChange(HasId, Base):
    """A worker's word on the stage of one goal and the level of service; rows are only added.

    `why`: check (the four questions), talk, review, re_entry. `check_id` names the check.
    """

    __tablename__ = "stage_change"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    goal_id: Mapped[int] = mapped_column(ForeignKey("goal.id"), index=True)
    before: Mapped[str | None] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(1))
    why: Mapped[str] = mapped_column(String(12))
    check_id: Mapped[int | None] = mapped_column(BigInteger)
    set_by: Mapped[int] = mapped_column(BigInteger)
    set_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("check_id"),)
