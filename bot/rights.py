"""What a client asks about their own data: noted at once, and carried out by people."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.case import Case
from bot.engine import AskErasure, Effect, UndoErasure
from records.audit import note
from records.models import Contact, Erasure

#: After a person confirmed it, the client can still undo it by text for so long.
UNDO_FOR = timedelta(days=7)
VOICE, IN_PERSON = "voice", "in_person"
WAYS = (VOICE, IN_PERSON)


def act(case: Case, effect: Effect) -> None:
    """What a conversation decided about the client's rights."""
    if isinstance(effect, AskErasure):
        ask(case.session, case.contact, case.now)
        case.note("erasure_asked")
    elif isinstance(effect, UndoErasure):
        undo(case.session, case.contact, case.now)
        case.note("erasure_undone")


def open_of(session: Session, contact_id: int) -> Erasure | None:
    """The wish to be erased that is not settled yet, if there is one."""
    return session.scalar(
        select(Erasure).where(Erasure.contact_id == contact_id, Erasure.ended_at.is_(None))
    )


def ask(session: Session, contact: Contact, now: datetime) -> Erasure:
    """From now on nothing is started towards this client. `contact` is held."""
    contact.erase_asked_at = contact.erase_asked_at or now
    row = open_of(session, contact.id)
    if row is None:
        row = Erasure(contact_id=contact.id, asked_at=now)
        session.add(row)
        session.flush()
    return row


def confirm(session: Session, contact: Contact, staff_id: int, how: str, now: datetime) -> Erasure:
    """A worker spoke with the client, by voice or in person: it is done after 7 days.

    Raises ValueError for another way. `contact` is held.
    """
    if how not in WAYS:
        raise ValueError(f"an erasure is not confirmed by '{how}'")
    row = ask(session, contact, now)
    if row.confirmed_at is None:
        row.confirmed_at, row.confirmed_by, row.how = now, staff_id, how
        row.due_at = row.next_at = now + UNDO_FOR
        session.flush()
        note(session, now, f"staff:{staff_id}", "erasure_confirmed", contact_id=contact.id)
    return row


def undo(session: Session, contact: Contact, now: datetime) -> None:
    """Nothing is erased; texts go again as agreed before. `contact` is held."""
    contact.erase_asked_at = None
    row = open_of(session, contact.id)
    if row is not None:
        row.ended_at, row.outcome, row.next_at = now, "undone", None
        session.flush()
