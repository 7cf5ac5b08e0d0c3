"""Who waits for a seat at a full date: put on the list, and off it at their wish."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.calendar import seats
from bot.calendar.seats import OPEN
from records.audit import note
from records.ids import new_id
from records.models import Appointment, Contact, Occurrence, WaitingPlace
from records.models.bookings import HELD, WAITING


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


def pass_over(session: Session, contact_id: int, now: datetime) -> None:
    """Nothing may be sent to them any more: a seat that is kept for their answer, or waits for
    their hours to begin, waits no longer and is offered to the next."""
    session.execute(
        update(Appointment)
        .where(
            Appointment.contact_id == contact_id,
            Appointment.state == HELD,
            Appointment.held_until_at > now,
        )
        .values(held_until_at=now)
        .execution_options(synchronize_session=False)
    )
    theirs = select(WaitingPlace.occurrence_id).where(
        WaitingPlace.contact_id == contact_id, WaitingPlace.state == WAITING
    )
    waits = (Occurrence.id.in_(theirs), Occurrence.offer_at > now)
    # An update alone would hold them in whatever order it finds them.
    held = select(Occurrence.id).where(*waits).order_by(Occurrence.id)
    ids = session.scalars(held.with_for_update(key_share=True)).all()
    session.execute(
        update(Occurrence)
        .where(Occurrence.id.in_(ids))
        .values(offer_at=now)
        .execution_options(synchronize_session=False)
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
