"""Who is on call when, in wall-clock hours of the line's zone."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

#: The places a rota fills.
SLOTS = ("first", "second", "supervisor")
#: Why somebody else has a slot for once.
REASONS = ("away", "training", "cover", "other")


class Shift(HasId, Base):
    """The same hours every week for one person in one slot.

    `weekdays` are the days on which it starts, Monday 0, as digits: "01234". `starts` and
    `ends` are minutes after midnight of the wall clock; an end not after the start lies on
    the next day. `from_on` and `until_on` (inclusive) bound the days on which it starts.
    """

    __tablename__ = "shift"

    slot: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int] = mapped_column(BigInteger)
    weekdays: Mapped[str] = mapped_column(String(7))
    starts: Mapped[int] = mapped_column(SmallInteger)
    ends: Mapped[int] = mapped_column(SmallInteger)
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)


class Rotation(HasId, Base):
    """People who take turns in one slot, round and round, without end.

    The first hand-off is at `handoff` (minutes after midnight of the wall clock) on
    `starts_on`; the next ones follow every `every_days` days at the same wall time.
    """

    __tablename__ = "rotation"

    slot: Mapped[str] = mapped_column(String(12))
    handoff: Mapped[int] = mapped_column(SmallInteger)
    every_days: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date]
    until_on: Mapped[date | None]
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)


class RotationMember(HasId, Base):
    """One person's place in a rotation; the lowest position begins."""

    __tablename__ = "rotation_member"

    rotation_id: Mapped[int] = mapped_column(ForeignKey("rotation.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    staff_id: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("rotation_id", "position"),)


class Override(HasId, Base):
    """For once somebody else has a slot, between two instants; the newest one holds.

    `reason` is one of REASONS; empty for one that came with a hand-over.
    """

    __tablename__ = "override"

    slot: Mapped[str] = mapped_column(String(12))
    staff_id: Mapped[int] = mapped_column(BigInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(12))


class Swap(HasId, Base):
    """One person asks another to take over; until that one accepts, nothing changes."""

    __tablename__ = "swap"

    slot: Mapped[str] = mapped_column(String(12))
    from_staff_id: Mapped[int] = mapped_column(BigInteger)
    to_staff_id: Mapped[int] = mapped_column(BigInteger)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    declined_at: Mapped[datetime | None]
