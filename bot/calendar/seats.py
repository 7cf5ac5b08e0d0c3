"""What is known of a date's seats: whether one may still have one, who does, how many are free."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from records.models import Appointment, Event, Occurrence, WaitingPlace
from records.models.bookings import BOOKED, HELD, OFFERED, WAITING

LIVE = (BOOKED, HELD)
OPEN = (WAITING, OFFERED)
#: So long before the start a freed seat is nobody's first any more: whoever asks has it.
OFFERS_END = timedelta(hours=3)


def held(session: Session, occurrence_id: int) -> tuple[Occurrence, Event] | None:
    """A date and its event, the date's row held until the transaction ends.

    Whoever also holds a contact takes the contact first: the order keeps two from waiting for
    each other.
    """
    occurrence = session.scalars(
        select(Occurrence).where(Occurrence.id == occurrence_id).with_for_update(key_share=True)
    ).one_or_none()
    if occurrence is None:
        return None
    return occurrence, session.get_one(Event, occurrence.event_id)


def live(session: Session, contact_id: int, occurrence_id: int) -> Appointment | None:
    """The seat this contact has at a date, booked or held."""
    return session.scalar(
        select(Appointment).where(
            Appointment.occurrence_id == occurrence_id,
            Appointment.contact_id == contact_id,
            Appointment.state.in_(LIVE),
        )
    )


def is_open(occurrence: Occurrence, now: datetime) -> bool:
    """May one still have a seat at this date?"""
    return occurrence.state == "planned" and occurrence.starts_at > now


def capacity_of(occurrence: Occurrence, event: Event) -> int | None:
    """Seats at this date; None where they are not counted."""
    return event.capacity if occurrence.capacity is None else occurrence.capacity


def free_for_the_next(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Lets the offers look at this date, if anybody waits."""
    waits = select(WaitingPlace.id).where(
        WaitingPlace.occurrence_id == occurrence.id, WaitingPlace.state == WAITING
    )
    if is_open(occurrence, now) and session.scalar(waits.limit(1)) is not None:
        occurrence.offer_at = now


def lowest_free(session: Session, occurrence: Occurrence, event: Event) -> int | None:
    """The lowest seat nobody has: None where seats are not counted, 0 when there is none."""
    capacity = capacity_of(occurrence, event)
    if capacity is None:
        return None
    taken = set(
        session.scalars(
            select(Appointment.seat).where(
                Appointment.occurrence_id == occurrence.id, Appointment.seat.is_not(None)
            )
        )
    )
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), 0)


def free_seats(session: Session, occurrence: Occurrence, event: Event) -> int | None:
    """How many seats nobody has; None where they are not counted."""
    capacity = capacity_of(occurrence, event)
    if capacity is None:
        return None
    taken = session.scalar(
        select(func.count()).where(
            Appointment.occurrence_id == occurrence.id, Appointment.seat.is_not(None)
        )
    )
    return max(capacity - (taken or 0), 0)


def is_waiting(session: Session, contact_id: int, occurrence_id: int) -> bool:
    """Does this contact wait for a seat at this date?"""
    return bool(
        session.scalar(
            select(
                exists().where(
                    WaitingPlace.contact_id == contact_id,
                    WaitingPlace.occurrence_id == occurrence_id,
                    WaitingPlace.state.in_(OPEN),
                )
            )
        )
    )
