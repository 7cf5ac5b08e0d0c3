"""A seat that came free is offered to whoever waits longest, one at a time, then to the next."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import people
from bot.calendar import booking, seats
from bot.calendar.seats import OFFERS_END, OPEN
from bot.checkins import gate
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


def wait(session: Session, contact: Contact, occurrence_id: int, now: datetime) -> bool:
    """Puts a contact (whose row the caller holds) on the list; False when the date is over."""
    found = seats.held(session, occurrence_id)
    if found is None or not seats.is_open(found[0], now):
        return False
    if not seats.is_waiting(session, contact.id, occurrence_id):
        session.add(
            WaitingPlace(
                id=new_id(),
                occurrence_id=occurrence_id,
                contact_id=contact.id,
                state=WAITING,
                asked_at=now,
            )  # fmt: skip
        )
        session.flush()
        subject = f"occurrence:{occurrence_id}"
        note(session, now, "client", "waits", contact_id=contact.id, subject=subject)
    seats.free_for_the_next(session, found[0], now)
    return True


def leave(session: Session, contact_id: int, waiting_id: int, now: datetime) -> WaitingPlace | None:
    """Off the list, at the client's wish; None when they are not on it."""
    row = session.get(WaitingPlace, waiting_id)
    if row is None or row.contact_id != contact_id or row.state != WAITING:
        return None
    row.state, row.ended_at = "left", now
    subject = f"occurrence:{row.occurrence_id}"
    note(session, now, "client", "left_list", contact_id=contact_id, subject=subject)
    found = seats.held(session, row.occurrence_id)
    if found is not None:  # a seat may wait for their hours: it need not any more
        seats.free_for_the_next(session, found[0], now)
    return row


def run(line: Line, now: datetime) -> None:
    """Takes back offers that nobody took up, and makes the next ones."""
    with line.database.read() as session:
        lapsed = session.execute(
            select(Appointment.id, Appointment.contact_id)
            .where(Appointment.state == HELD, Appointment.held_until_at <= now)
            .order_by(Appointment.held_until_at, Appointment.id)
            .limit(BATCH)
        ).all()
        dates = session.scalars(
            select(Occurrence.id)
            .where(Occurrence.offer_at.is_not(None), Occurrence.offer_at <= now)
            .order_by(Occurrence.offer_at, Occurrence.id)
            .limit(BATCH)
        ).all()
    for row_id, contact_id in lapsed:
        try:
            with line.database.write() as session:
                _lapse(session, row_id, people.locked(session, contact_id), now)
        except SQLAlchemyError as error:  # the others must not wait for it
            log.error("offer_failed", kind=type(error).__name__)
    for occurrence_id in dates:
        try:
            passed = set[int]()
            while offer_next(line, occurrence_id, now, passed):
                pass
        except SQLAlchemyError as error:
            log.error("offer_failed", kind=type(error).__name__)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When an offer next ends or is to be made."""
    with line.database.read() as session:
        found = (
            session.scalar(
                select(func.min(Appointment.held_until_at)).where(Appointment.state == HELD)
            ),
            session.scalar(
                select(func.min(Occurrence.offer_at)).where(Occurrence.offer_at.is_not(None))
            ),
        )
    return min((at for at in found if at is not None), default=None)


def offer_next(line: Line, occurrence_id: int, now: datetime, passed: set[int]) -> bool:
    """Offers one free seat to whoever waits longest; True when there may be another to offer.

    Whom nothing may be asked just now is put into `passed`: they keep their place on the list.
    """
    with line.database.read() as session:
        first = session.execute(_longest(occurrence_id, passed)).first()
    with line.database.write() as session:
        contact = people.locked(session, first.contact_id) if first else None
        found = seats.held(session, occurrence_id)
        if found is None or found[0].offer_at is None or found[0].offer_at > now:
            return False
        occurrence, event = found
        row = session.get(WaitingPlace, first.id) if first else None
        if contact is None or row is None:
            can_later = passed and _has_room(session, occurrence, event, now)
            occurrence.offer_at = now + LOOK_AGAIN if can_later else None
            return False
        if row.state != WAITING:
            return True  # somebody else was quicker: look again
        if not _has_room(session, occurrence, event, now):
            occurrence.offer_at = None
            return False
        if gate.refusal(session, contact, gate.address_of(session, contact.id), None) in BUSY:
            passed.add(row.id)
            return True
        return _offer(session, line, occurrence, event, contact, row, now)


def _has_room(session: Session, occurrence: Occurrence, event: Event, now: datetime) -> bool:
    if not seats.is_open(occurrence, now) or now >= occurrence.starts_at - OFFERS_END - SHORTEST:
        return False
    return seats.lowest_free(session, occurrence.id, seats.capacity_of(occurrence, event)) != 0


def _offer(
    session: Session, line: Line, occurrence: Occurrence, event: Event, contact: Contact,
    row: WaitingPlace, now: datetime,
) -> bool:  # fmt: skip
    """In this client's own hours: waits for them when they begin in time, else the next one."""
    latest = occurrence.starts_at - OFFERS_END
    address = gate.address_of(session, contact.id)
    refusal = gate.refusal(session, contact, address, None)
    at = gate.when(session, line, contact, PURPOSE, now).at if refusal is None else None
    if at is None or at > latest - SHORTEST:
        row.state, row.ended_at = "lapsed", now
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


def _lapse(session: Session, appointment_id: int, contact: Contact, now: datetime) -> None:
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
    """Has the text of this offer not left for certain, or was too late? Then it was none."""
    found = session.execute(
        select(Reminder.state, Reminder.reason, Message.state)
        .outerjoin(Message, Message.id == Reminder.message_id)
        .where(Reminder.appointment_id == appointment_id, Reminder.step == planning.OFFER)
    ).first()
    if found is None:
        return False
    planned, dropped, text = found
    return planned == PLANNED or dropped == "late" or text in (*UNFINISHED, State.EXPIRED)


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


def waiting_for(session: Session, occurrence_id: int) -> list[WaitingPlace]:
    """Who waits for a seat at this date, longest first."""
    return list(
        session.scalars(
            select(WaitingPlace)
            .where(WaitingPlace.occurrence_id == occurrence_id, WaitingPlace.state.in_(OPEN))
            .order_by(WaitingPlace.id)
        )
    )
