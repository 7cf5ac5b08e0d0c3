"""What is known of a date's seats: whether one may still have one, who does, how many are free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from records import rows
from records.models import Appointment, Event, Occurrence, WaitingPlace
from records.models.bookings import BOOKED, HELD, OFFERED, WAITING

LIVE = (BOOKED, HELD)
OPEN = (WAITING, OFFERED)
#: So long before the start a freed seat is nobody's first any more: whoever asks has it.
OFFERS_END = timedelta(hours=3)


@dataclass(frozen=True)
class Date:
    """A date and what its event says of it. `capacity`: seats, None where they are not counted."""

    id: int
    state: str
    starts_at: datetime
    revision: int
    capacity: int | None
    kind: str
    reminder_plan: str
    zone: str
    place: str
    is_sample: bool


_DATE = (
    select(
        Occurrence.id,
        Occurrence.state,
        Occurrence.starts_at,
        Occurrence.revision,
        func.coalesce(Occurrence.capacity, Event.capacity).label("capacity"),
        Event.kind,
        Event.reminder_plan,
        Event.zone,
        Event.place,
        Event.is_sample,
    )
    .join(Event, Event.id == Occurrence.event_id)
    .where(Occurrence.id == bindparam("date"))
)
_HELD = _DATE.with_for_update(of=Occurrence, key_share=True)


def date_held(session: Session, occurrence_id: int) -> Date | None:
    """As `held`, of a date that is only read. Among texts that are written together one date at
    a time: two transactions that each hold one and want the other would wait for ever."""
    rows.only(session, "date", occurrence_id)
    found = rows.look(session, _HELD, {"date": occurrence_id})
    return Date(**found[0]._asdict()) if found else None


def date_of(occurrence: Occurrence, event: Event) -> Date:
    """The same of rows that somebody has read already."""
    return Date(
        occurrence.id, occurrence.state, occurrence.starts_at, occurrence.revision,
        capacity_of(occurrence, event), event.kind, event.reminder_plan, event.zone,
        event.place, event.is_sample,
    )  # fmt: skip


def held(session: Session, occurrence_id: int) -> tuple[Occurrence, Event] | None:
    """A date and its event, the date's row held until the transaction ends.

    Whoever also holds a contact takes the contact first, and of several dates the one with the
    lowest id: the order keeps two from waiting for each other.
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


def is_open(occurrence: Occurrence | Date, now: datetime) -> bool:
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


def lowest_free(session: Session, occurrence_id: int, capacity: int | None) -> int | None:
    """The lowest seat nobody has: None where seats are not counted, 0 when there is none.

    None is free either while more people have a seat than there are: the room became smaller.
    """
    if capacity is None:
        return None
    taken = set(
        session.scalars(
            select(Appointment.seat).where(
                Appointment.occurrence_id == occurrence_id, Appointment.seat.is_not(None)
            )
        )
    )
    if len(taken) >= capacity:
        return 0
    return next((seat for seat in range(1, capacity + 1) if seat not in taken), 0)


def number(session: Session, occurrence: Occurrence, event: Event) -> None:
    """Seats are counted from now on: who has one without a number is given the lowest free one,
    in the order of their booking. Nobody loses a seat by it. The caller holds the date's row."""
    if capacity_of(occurrence, event) is None:
        return
    theirs = session.scalars(
        select(Appointment)
        .where(Appointment.occurrence_id == occurrence.id, Appointment.state.in_(LIVE))
        .order_by(Appointment.booked_at, Appointment.id)
    ).all()
    taken = {row.seat for row in theirs}
    free = (seat for seat in range(1, len(theirs) + len(taken) + 1) if seat not in taken)
    for row in theirs:
        if row.seat is None:
            row.seat = next(free)
    session.flush()


def free_seats(session: Session, occurrence_id: int, capacity: int | None) -> int | None:
    """How many seats nobody has; None where they are not counted."""
    if capacity is None:
        return None
    taken = session.scalar(
        select(func.count()).where(
            Appointment.occurrence_id == occurrence_id, Appointment.seat.is_not(None)
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
