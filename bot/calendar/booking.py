"""Gives somebody a seat at a date, takes it back, or moves them to another day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import LargeBinary, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from bot.calendar.seats import (
    LIVE,
    OFFERS_END,
    OPEN,
    Date,
    date_held,
    free_for_the_next,
    free_seats,
    held,
    is_open,
    lowest_free,
)
from bot.line import Line
from bot.reminders import planning
from records import rows
from records.audit import note
from records.ids import new_id
from records.models import Appointment, Contact, Question, Reminder, WaitingPlace
from records.models.bookings import BOOKED, HELD, WAITING


class Came(StrEnum):
    """What became of asking for a seat."""

    BOOKED = "booked"
    ALREADY = "already"
    FULL = "full"
    OVER = "over"  # it has begun, was cancelled, or there is no such date


@dataclass(frozen=True)
class Result:
    """`appointment_id`: the seat one has, None when there is none; `date`: what was asked for."""

    came: Came
    date: Date | None
    appointment_id: int | None = None


def book(
    session: Session, line: Line, contact: Contact, occurrence_id: int, now: datetime, *,
    how: str = "text", by: int | None = None, instead_of: int | None = None,
    details: str | None = None, wants_ride: bool = False,
) -> Result:  # fmt: skip
    """A seat for a contact whose row the caller holds; the same rules for text and panel.

    `how`: text, staff (then `by` is the worker), walk_in. `instead_of`: the id of a seat of
    theirs that is given up when this one is theirs. `details` (where an accompaniment goes) are
    sealed. A seat offered to them is taken by this as well. Who waits comes before who asks
    now, until OFFERS_END before the start.
    """
    date = _hold(session, occurrence_id, instead_of)
    if date is None or not is_open(date, now):
        return Result(Came.OVER, date)
    own = next(iter(rows.look_for(session, _OWN, contact.id, {"date": occurrence_id})), None)
    if own is not None and own.state == BOOKED:
        return Result(Came.ALREADY, date, own.id)
    seat = None if own else _free_seat(session, date, contact.id, now)
    if seat == 0:
        return Result(Came.FULL, date)
    own_id: int = own.id if own else new_id()
    kept = line.vault.seal(contact.data_key, _DETAILS.format(own_id), details) if details else None
    if own:
        taken = {"own": own_id, "at": now, "ride": wants_ride, "details": kept}
        rows.change(session, _TAKE_OFFER, taken)
    else:
        rows.keep(
            session, Appointment, id=own_id, occurrence_id=date.id, contact_id=contact.id,
            seat=seat, state=BOOKED, how=how, booked_at=now, booked_by=by,
            wants_ride=wants_ride, details_sealed=kept,
        )  # fmt: skip
    _look_ahead(session, line, contact.id, date, own_id, now)
    _note(session, contact.id, date.id, "booked", how, by, now)
    if instead_of is not None and instead_of != own_id:
        _instead(session, contact.id, instead_of, own_id, now, by)
    return Result(Came.BOOKED, date, own_id)


def _hold(session: Session, occurrence_id: int, seat_id: int | None) -> Date | None:
    """The date, held. Two who swap their days would each hold the one that the other wants:
    whoever gives up a seat for it takes the date with the lower id first."""
    old = session.get(Appointment, seat_id) if seat_id is not None else None
    if old is not None and old.occurrence_id < occurrence_id:
        held(session, old.occurrence_id)
    return date_held(session, occurrence_id)


def _look_ahead(
    session: Session, line: Line, contact_id: int, date: Date, own_id: int, now: datetime
) -> None:
    """Who has a seat waits for none any more, and is reminded of it."""
    _end_waiting(session, contact_id, date.id, "taken", now)
    planning.drop(session, own_id, "taken", now)  # an offer that did not leave
    planning.plan(session, line, own_id, contact_id, date, now)


def _note(
    session: Session,
    contact_id: int,
    date_id: int,
    act: str,
    how: str,
    by: int | None,
    now: datetime,
) -> None:
    actor, subject = f"staff:{by}" if by else "client", f"occurrence:{date_id}"
    note(session, now, actor, act, contact_id=contact_id, subject=subject, detail=how)


_DETAILS = "appointment.details:{}"
_OWN = select(Appointment.id, Appointment.contact_id, Appointment.state).where(
    Appointment.contact_id.in_(bindparam("contacts", expanding=True)),
    Appointment.occurrence_id == bindparam("date"),
    Appointment.state.in_(LIVE),
)
_TAKE_OFFER = (
    update(Appointment.__table__)  # type: ignore[arg-type]
    .where(Appointment.id == bindparam("own"))
    .values(
        state=BOOKED,
        how="offer",
        held_until_at=None,
        booked_at=bindparam("at"),
        wants_ride=bindparam("ride"),
        details_sealed=func.coalesce(
            bindparam("details", type_=LargeBinary), Appointment.details_sealed
        ),
    )
)


def give_up(
    session: Session,
    contact_id: int,
    appointment_id: int,
    now: datetime,
    *,
    by: int | None = None,
    state: str = "given_up",
) -> Appointment | None:
    """Frees a seat of this contact; None when it is not theirs or no longer held.

    `by` is the worker who did it. The freed seat goes to whoever waits, at the next tick.
    """
    row = session.get(Appointment, appointment_id)
    if row is None or row.contact_id != contact_id:
        return None
    found = held(session, row.occurrence_id)
    session.refresh(row)
    if found is None or row.state not in LIVE:
        return None
    if row.state == HELD:
        state = "lapsed" if state == "lapsed" else "given_up"
        ended = "lapsed" if state == "lapsed" else "declined"
        _end_waiting(session, contact_id, row.occurrence_id, ended, now)
    row.state, row.seat, row.ended_at, row.held_until_at = state, None, now, None
    session.flush()
    planning.drop(session, row.id, state, now)
    close_questions(session, row.id, now)
    free_for_the_next(session, found[0], now)
    _note(session, contact_id, row.occurrence_id, "gave_up", state, by, now)
    return row


def coming(
    session: Session, contact_id: int, appointment_id: int, now: datetime
) -> Appointment | None:
    """The client says that they come; None when the seat is not theirs any more."""
    row = session.get(Appointment, appointment_id)
    if row is None or row.contact_id != contact_id or row.state != BOOKED:
        return None
    row.rsvp, row.rsvp_at = "yes", now
    return row


def close_questions(session: Session, appointment_id: int, now: datetime) -> None:
    """No digit answers a text about this seat any more."""
    asked = select(Reminder.message_id).where(
        Reminder.appointment_id == appointment_id, Reminder.message_id.is_not(None)
    )
    session.execute(
        update(Question)
        .where(Question.message_id.in_(asked), Question.closed_at.is_(None))
        .values(closed_at=now, outcome="replaced")
        .execution_options(synchronize_session=False)
    )


def _free_seat(session: Session, date: Date, contact_id: int, now: datetime) -> int | None:
    seat = lowest_free(session, date.id, date.capacity)
    if not seat or now >= date.starts_at - OFFERS_END:
        return seat
    others = (
        WaitingPlace.occurrence_id == date.id,
        WaitingPlace.contact_id != contact_id,
        WaitingPlace.state == WAITING,
    )
    waiting = session.scalar(select(func.count()).select_from(WaitingPlace).where(*others))
    free = free_seats(session, date.id, date.capacity)
    return 0 if waiting and free is not None and free <= waiting else seat


def _end_waiting(
    session: Session, contact_id: int, occurrence_id: int, state: str, now: datetime
) -> None:
    ended = {"contact": contact_id, "date": occurrence_id, "as": state, "at": now}
    rows.change(session, _END_WAITING, ended)


_END_WAITING = (
    update(WaitingPlace.__table__)  # type: ignore[arg-type]
    .where(
        WaitingPlace.contact_id == bindparam("contact"),
        WaitingPlace.occurrence_id == bindparam("date"),
        # Not IN: a list cannot be filled in for several people by one statement.
        or_(*(WaitingPlace.state == state for state in OPEN)),
    )
    .values(state=bindparam("as"), ended_at=bindparam("at"))
)


def _instead(
    session: Session, contact_id: int, old_id: int, new_id_: int, now: datetime, by: int | None
) -> None:
    old = give_up(session, contact_id, old_id, now, by=by, state="moved")
    if old is not None:
        old.moved_to_id = new_id_
