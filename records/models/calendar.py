"""Circles, groups and other dates that people can come to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
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


class Event(HasId, Base):
    """A healing circle, a peer group, a treatment module: what repeats or stands alone.

    Kinds: circle, peer, treatment, group, tutoring, mentoring, outreach, counselling, elder,
    accompaniment. `place` is told to a client only on request. It repeats by `rule` (an
    iCalendar RRULE) from `first_wall` ("2026-12-02T18:00", wall time in `zone`), `minutes`
    long; without a rule only the dates that are rows take place. `capacity` is seats, None for
    no limit; `is_walk_in`: one may come without a seat. `is_offered`: a client may book it by
    text. `reminder_plan` is minutes before the start ("2880,180"), empty for its kind's own.
    `on_holidays`: takes place on those days too. `external_uid` names it in another calendar.
    """

    __tablename__ = "event"

    kind: Mapped[str] = mapped_column(String(24), index=True)
    name: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(160), default="")
    rule: Mapped[str | None] = mapped_column(String(240))
    first_wall: Mapped[str | None] = mapped_column(String(16))
    zone: Mapped[str] = mapped_column(String(40), default="America/Toronto")
    minutes: Mapped[int] = mapped_column(SmallInteger, default=120)
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    reminder_plan: Mapped[str] = mapped_column(String(48), default="")
    has_food: Mapped[bool] = mapped_column(Boolean, default=False)
    has_ride: Mapped[bool] = mapped_column(Boolean, default=False)
    has_child_care: Mapped[bool] = mapped_column(Boolean, default=False)
    is_walk_in: Mapped[bool] = mapped_column(Boolean, default=True)
    is_offered: Mapped[bool] = mapped_column(Boolean, default=True)
    on_holidays: Mapped[bool] = mapped_column(Boolean, default=False)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    external_uid: Mapped[str | None] = mapped_column(String(200), unique=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Facilitator(Base):
    """A worker who leads an event."""

    __tablename__ = "facilitator"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, index=True)


class Occurrence(HasId, Base):
    """One date of an event. States: planned, cancelled.

    `wall` is the wall time at which it was first meant and names it within its event, also
    after it was moved to another `starts_at`. `revision` counts the moves; what was planned for
    an earlier one no longer holds. `reason` of a cancelled one: weather, staff, holiday, place,
    other; of a planned one "again": it was off, and takes place after all. `offer_at`: a seat
    is free for whoever waits longest, to be looked at then. `plan_after`: its reminders are
    being planned anew; appointments up to this id have theirs.
    """

    __tablename__ = "occurrence"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    wall: Mapped[str] = mapped_column(String(16))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="planned")
    revision: Mapped[int] = mapped_column(SmallInteger, default=0)
    capacity: Mapped[int | None] = mapped_column(SmallInteger)
    reason: Mapped[str | None] = mapped_column(String(12))
    changed_at: Mapped[datetime | None]
    offer_at: Mapped[datetime | None]
    plan_after: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        UniqueConstraint("event_id", "wall"),
        Index("ix_occurrence_next", "event_id", "starts_at"),
        Index("ix_occurrence_starts_at", "starts_at"),
        Index(
            "ix_occurrence_offer",
            "offer_at",
            sqlite_where=text("offer_at IS NOT NULL"),
            postgresql_where=text("offer_at IS NOT NULL"),
        ),
        Index(
            "ix_occurrence_to_plan",
            "id",
            sqlite_where=text("plan_after IS NOT NULL"),
            postgresql_where=text("plan_after IS NOT NULL"),
        ),
    )


class Holiday(Base):
    """A day on which nothing takes place but what says otherwise."""

    __tablename__ = "holiday"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))


class CalendarFeed(HasId, Base):
    """A worker's own address for the calendar of their phone; only its hash is kept."""

    __tablename__ = "calendar_feed"

    staff_id: Mapped[int] = mapped_column(BigInteger, index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
