"""Calling a date off in two taps: first what it comes to, then it is off and people are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.broadcasts.weighing import LONGEST, ends_at
from bot.calendar import dates, hours, seats
from bot.calendar.waiting import waiting_for
from bot.line import Line
from bot.reminders.when import LAST_CALL
from records.models import Appointment, Occurrence
from records.models.bookings import BOOKED


class TooLateError(ValueError):
    """The texts would not all leave while they are of use: people must be called instead."""


@dataclass(frozen=True)
class Notice:
    """What calling a date off comes to. `people` have a place and would be told; `ends_at` (UTC)
    is when their last text would leave at the sender's rate, None when that cannot be said;
    `useful_until` is half an hour before the start. `waiting`: who waits for a place and is
    told after them."""

    people: int
    ends_at: datetime | None
    useful_until: datetime
    waiting: int

    @property
    def is_in_time(self) -> bool:
        """Would everybody hear of it while it is of use?"""
        return self.people == 0 or (self.ends_at is not None and self.ends_at <= self.useful_until)


def weigh(session: Session, line: Line, occurrence_id: int, now: datetime) -> Notice:
    """The first tap: nothing is changed. Raises ValueError for a date that is over or off."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is None or not seats.is_open(occurrence, now):
        raise ValueError("this date has begun or was called off")
    people = session.scalar(
        select(func.count()).where(
            Appointment.occurrence_id == occurrence_id, Appointment.state == BOOKED
        )
    )
    own = hours.usual(line.config)
    begin = own.next(now) or now + LONGEST
    needed = timedelta(seconds=(people or 0) / line.config.send_rate)
    waiting = len(waiting_for(session, occurrence_id))
    until = occurrence.starts_at - LAST_CALL
    return Notice(people or 0, ends_at(own, begin, needed), until, waiting)


def call_off(
    session: Session, line: Line, occurrence_id: int, reason: str, by: int, now: datetime,
    *, anyway: bool = False,
) -> Notice:  # fmt: skip
    """The second tap: off, and whoever has a seat is told, in one transaction.

    Raises TooLateError, nothing changed, when they would hear of it too late. `anyway`: the
    worker has seen that and calls people; whoever no text can reach in time then stands in the
    queue as not_told.
    """
    notice = weigh(session, line, occurrence_id, now)
    if not notice.is_in_time and not anyway:
        raise TooLateError("the texts would leave too late: call people, then call it off anyway")
    dates.cancel(session, line, occurrence_id, reason, by, now)
    return notice
