"""A date that was called off takes place after all: whoever had a place has it again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.calendar import seats
from bot.line import Line
from bot.reminders import changes, planning
from records.models import Appointment, Event, Occurrence, WaitingPlace
from records.models.bookings import BOOKED, WAITING

_OVER = {"ended_at": None, "offered_at": None, "appointment_id": None}


def bring_back(session: Session, line: Line, row: Occurrence, event: Event, now: datetime) -> None:
    """Undoes the calling off of a date whose row the caller holds.

    Who heard that it is off hears once that it is on; who had not heard it hears nothing. A
    seat that was only offered is offered anew, to whoever waits longest.
    """
    since = row.changed_at
    row.state, row.reason = "planned", planning.AGAIN
    if since is None:  # made on a holiday: nobody ever had a place
        row.changed_at = now
        row.revision += 1
        return
    _seats(session, row, event, since)
    session.execute(
        update(WaitingPlace)
        .where(
            WaitingPlace.occurrence_id == row.id,
            WaitingPlace.state == "over",
            WaitingPlace.ended_at >= since,
        )
        .values(state=WAITING, **_OVER)
        .execution_options(synchronize_session=False)
    )
    changes.changed(session, line, row, event, now)
    seats.free_for_the_next(session, row, now)


def _seats(session: Session, row: Occurrence, event: Event, since: datetime) -> None:
    """Booked as before; where seats are counted, in the order in which they were booked."""
    theirs = (
        Appointment.occurrence_id == row.id,
        Appointment.state == planning.CANCELLED,
        Appointment.ended_at >= since,
        Appointment.held_until_at.is_(None),
    )
    again = {"state": BOOKED, "ended_at": None}
    if seats.capacity_of(row, event) is None:
        session.execute(
            update(Appointment)
            .where(*theirs)
            .values(again)
            .execution_options(synchronize_session=False)
        )
        return
    rows = session.scalars(
        select(Appointment).where(*theirs).order_by(Appointment.booked_at, Appointment.id)
    )
    for seat, one in enumerate(rows, 1):
        one.state, one.ended_at, one.seat = BOOKED, None, seat
    session.flush()
