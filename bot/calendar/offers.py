"""A seat that came free is offered to whoever waits longest, one at a time, then to the next."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import people
from bot.calendar import booking, seats
from bot.calendar.seats import OFFERS_END
from bot.checkins import gate
from bot.due import apart, each, first, next_of
from bot.line import Line
from bot.reminders import planning
from bot.reminders import waiting as news
from records.audit import note
from records.ids import new_id
from records.models import (
    Appointment,
    Contact,
    Event,
    Message,
    Occurrence,
    Reminder,
    WaitingPlace,
)
from records.models.bookings import HELD, OFFERED, PLANNED, WAITING
from records.models.messages import UNFINISHED, State

log = structlog.get_logger()

HOLD = timedelta(hours=2)
#: A shorter time than this to answer is no offer.
SHORTEST = timedelta(minutes=15)
#: A person talks with them, or an alert is open: nothing else is asked of them meanwhile.
BUSY = ("alert", "with_person")
LOOK_AGAIN = timedelta(minutes=10)
PURPOSE = "reminder"
BATCH = 25
FAILED, LAPSE_FAILED = "offer_failed", "offer_lapse_failed"


def run(line: Line, now: datetime) -> None:
    """Takes back offers that nobody took up, and makes the next ones."""
    lapsed = (
        select(Appointment.id, Appointment.contact_id)
        .where(Appointment.state == HELD, Appointment.held_until_at <= now)
        .order_by(Appointment.held_until_at, Appointment.id)
    )
    each(line, lapsed, _lapse, now, LAPSE_FAILED, BATCH)
    with line.database.read() as session:
        dates = session.scalars(
            select(Occurrence.id)
            .where(
                Occurrence.offer_at.is_not(None),
                Occurrence.offer_at <= now,
                Occurrence.id.not_in(line.resting.at(now, FAILED)),
            )
            .order_by(Occurrence.offer_at, Occurrence.id)
            .limit(BATCH)
        ).all()
    for occurrence_id in dates:
        with apart(line, occurrence_id, now, FAILED):
            _offer_all(line, occurrence_id, now)


def _offer_all(line: Line, occurrence_id: int, now: datetime) -> None:
    """Offers the free seats of a date; whoever stands in the way of it is passed over for now."""
    passed = set[int]()
    while True:
        with line.database.read() as session:
            first = session.execute(_longest(occurrence_id, passed)).first()
        row_id, contact_id = first or (None, None)
        try:
            if not _offer_next(line, occurrence_id, row_id, contact_id, now, passed):
                return
        except DBAPIError:
            raise  # the database is busy or away: nobody loses their turn by that
        except Exception as error:
            if row_id is None:
                raise
            log.error(FAILED, kind=type(error).__name__)
            passed.add(row_id)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When an offer next ends or is to be made."""
    with line.database.read() as session:
        is_held = Appointment.state == HELD
        ends_at = Appointment.held_until_at
        return first(
            (
                next_of(session, line, now, LAPSE_FAILED, Appointment.id, ends_at, is_held),
                next_of(session, line, now, FAILED, Occurrence.id, Occurrence.offer_at),
            )
        )


def _offer_next(
    line: Line, occurrence_id: int, row_id: int | None, contact_id: int | None, now: datetime,
    passed: set[int],
) -> bool:  # fmt: skip
    """Offers one free seat to this place on the list; True when there may be another to offer.

    Whom nothing may be asked just now is put into `passed`: they keep their place on the list.
    """
    with line.database.write() as session:
        contact = people.locked(session, contact_id) if contact_id is not None else None
        found = seats.held(session, occurrence_id)
        if found is None or found[0].offer_at is None or found[0].offer_at > now:
            return False
        occurrence, event = found
        row = session.get(WaitingPlace, row_id) if row_id is not None else None
        if contact is None or row is None:
            can_later = passed and _has_room(session, occurrence, event, now)
            occurrence.offer_at = now + LOOK_AGAIN if can_later else None
            return False
        if row.state != WAITING:
            return True  # somebody else was quicker: look again
        if not _has_room(session, occurrence, event, now):
            occurrence.offer_at = None
            return False
        address = gate.address_of(session, contact.id)
        refusal = gate.refusal(session, line, contact, address, None)
        if refusal in BUSY:
            passed.add(row.id)
            return True
        return _offer(session, line, occurrence, event, contact, row, refusal, now)


def _has_room(session: Session, occurrence: Occurrence, event: Event, now: datetime) -> bool:
    if not seats.is_open(occurrence, now) or now >= occurrence.starts_at - OFFERS_END - SHORTEST:
        return False
    return seats.lowest_free(session, occurrence.id, seats.capacity_of(occurrence, event)) != 0


def _offer(
    session: Session, line: Line, occurrence: Occurrence, event: Event, contact: Contact,
    row: WaitingPlace, refusal: str | None, now: datetime,
) -> bool:  # fmt: skip
    """In this client's own hours: waits for them when they begin in time, else the next one."""
    latest = occurrence.starts_at - OFFERS_END
    at = gate.when(session, line, contact, PURPOSE, now).at if refusal is None else None
    if at is None or at > latest - SHORTEST:
        row.state, row.ended_at = "lapsed", now
        if refusal == "key_lost":
            log.error("offer_passed_over", kind=refusal)
        return True
    if at > now:
        occurrence.offer_at = at
        return False
    seat = seats.lowest_free(session, occurrence.id, seats.capacity_of(occurrence, event))
    held = Appointment(
        id=new_id(), occurrence_id=occurrence.id, contact_id=contact.id, seat=seat, state=HELD,
        how="offer", booked_at=now, held_until_at=min(now + HOLD, latest),
    )  # fmt: skip
    session.add(held)
    session.flush()
    row.state, row.offered_at, row.appointment_id = OFFERED, now, held.id
    news.say_in_offer(session, row, now)
    planning.news(session, line, held, occurrence, planning.OFFER, now)
    note(
        session, now, "line", "offered", contact_id=contact.id,
        subject=f"occurrence:{occurrence.id}",
    )  # fmt: skip
    return True


def _lapse(
    session: Session, line: Line, contact: Contact, appointment_id: int, now: datetime
) -> None:
    row = session.get_one(Appointment, appointment_id)
    if row.state == HELD and row.held_until_at is not None and row.held_until_at <= now:
        keeps = _never_left(session, appointment_id)
        booking.give_up(session, contact.id, appointment_id, now, state="lapsed")
        if keeps:
            _wait_on(session, row, now)


def _wait_on(session: Session, lapsed: Appointment, now: datetime) -> None:
    """What they never heard of they have not let go by: first in line as before."""
    place = session.scalars(
        select(WaitingPlace).where(WaitingPlace.appointment_id == lapsed.id).with_for_update()
    ).one_or_none()
    found = seats.held(session, lapsed.occurrence_id)
    if place is None or found is None:
        return
    session.refresh(place)
    place.state, place.ended_at, place.offered_at = WAITING, None, None
    place.appointment_id = None
    session.flush()
    seats.free_for_the_next(session, found[0], now)


def _never_left(session: Session, appointment_id: int) -> bool:
    """Has the text of this offer not left for certain, too late or behind an alert? Then it was
    none."""
    found = session.execute(
        select(Reminder.state, Reminder.reason, Message.state)
        .outerjoin(Message, Message.id == Reminder.message_id)
        .where(Reminder.appointment_id == appointment_id, Reminder.step == planning.OFFER)
    ).first()
    if found is None:
        return False
    planned, dropped, text = found
    return (
        planned == PLANNED or dropped in ("late", "alert") or text in (*UNFINISHED, State.EXPIRED)
    )


def _longest(occurrence_id: int, passed: set[int]) -> Select[int, int]:
    return (
        select(WaitingPlace.id, WaitingPlace.contact_id)
        .where(
            WaitingPlace.occurrence_id == occurrence_id,
            WaitingPlace.state == WAITING,
            WaitingPlace.id.not_in(passed),
        )
        .order_by(WaitingPlace.id)
        .limit(1)
    )
