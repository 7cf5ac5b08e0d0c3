"""Erases a client: their key is destroyed, and only the wish not to be texted stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Executable, LargeBinary, Table, delete, func, select, update
from sqlalchemy.orm import Session

from bot import people, rights, timer
from bot.case import add_item
from bot.escalation.alerts import OPEN_OF
from bot.line import Line
from bot.outbox.notices import ledger_of
from bot.pictures import noting as pictures
from records.audit import note
from records.models import (
    Address,
    Base,
    ChatVisit,
    Contact,
    Erasure,
    Message,
    NameMark,
    Note,
    OptOut,
    Question,
    QueueItem,
    SafeHours,
)
from records.models.messages import UNFINISHED, State

LOOK_AGAIN = timedelta(hours=1)
#: Rows that say nothing once their words are gone, and rows that only serve texting.
_GONE = (Question, Note, SafeHours, NameMark)


def due(session: Session, now: datetime) -> list[int]:
    """Contacts whose confirmed erasure is to be looked at."""
    return list(
        session.scalars(
            select(Erasure.contact_id).where(Erasure.ended_at.is_(None), Erasure.next_at <= now)
        )
    )


def next_at(session: Session) -> datetime | None:
    """When an erasure is next looked at."""
    return session.scalar(select(func.min(Erasure.next_at)).where(Erasure.ended_at.is_(None)))


def run(line: Line, contact_id: int, now: datetime) -> bool:
    """Erases one client whose seven days are over; True when it is done.

    A legal hold, an open urgent item or a running timer delays it by an hour and is shown to
    workers. Stopped half way it is finished at the next look: the rows go first, then the key.
    """
    with line.database.write() as session:
        records = _records_of(session, contact_id)
        if not records:
            return False
        row = rights.open_of(session, contact_id)
        if row is None or row.due_at is None or row.due_at > now:
            return False
        why = obstacle(session, records[0])
        if why is not None:
            row.delayed, row.next_at = why, now + LOOK_AGAIN
            key = f"erasure_delayed:{contact_id}"
            add_item(session, now, "erasure_delayed", "routine", contact_id, None, key, why)
            return False
        refs = [_wipe(session, one, now) for one in records]
    for ref in refs:
        line.vault.keys.destroy(ref)
    with line.database.write() as session:
        row = rights.open_of(session, contact_id)
        if row is not None:
            row.ended_at, row.outcome, row.next_at = now, "done", None
            note(session, now, "line", "erased", contact_id=contact_id)
    return True


def obstacle(session: Session, contact: Contact) -> str | None:
    """Why nothing of this client may be deleted now: hold, urgent or timer; None when it may."""
    if contact.legal_hold_at is not None:
        return "hold"
    if session.scalar(OPEN_OF, {"contact": contact.id}) is not None:
        return "urgent"
    return "timer" if timer.open_of(session, contact.id) is not None else None


def _records_of(session: Session, contact_id: int) -> list[Contact]:
    """This record and those that were joined to it, held: all are of the same client. None of
    them when another is joined in this very moment, for the next look."""
    joined = select(Contact.id).where(Contact.joined_to_id == contact_id)
    ids = session.scalars(joined).all()
    held = people.all_locked(session, (contact_id, *ids))
    if set(session.scalars(joined)) != set(ids):
        return []
    return [held.pop(contact_id), *held.values()]


def _wipe(session: Session, contact: Contact, now: datetime) -> str:
    """Empties one record; the name of its key, which is to be destroyed next."""
    contact.erased_at = contact.erased_at or now
    contact.name_sealed = None
    contact.code_word = contact.duress_word = contact.safe_word = contact.timer_mark = None
    contact.safe_to_text, contact.cover = "no", ""
    _keep_tombstones(session, contact, now)
    _empty_messages(session, contact.id)
    pictures.drop_all(session, contact.id)
    for model in _GONE:
        session.execute(_plain(delete(model).where(model.contact_id == contact.id)))
    for table in Base.metadata.sorted_tables:
        _empty(session, table, contact.id)
    session.execute(
        _plain(
            update(QueueItem)
            .where(QueueItem.contact_id == contact.id, QueueItem.resolved_at.is_(None))
            .values(resolved_at=now, outcome="erased")
        )
    )
    own = select(Address.id).where(Address.contact_id == contact.id)
    session.execute(_plain(delete(ChatVisit).where(ChatVisit.address_id.in_(own))))
    session.execute(_plain(delete(Address).where(Address.contact_id == contact.id)))
    session.flush()
    return contact.data_key


def _keep_tombstones(session: Session, contact: Contact, now: datetime) -> None:
    """Whoever has this number later is not texted either, until they say START."""
    for address in session.scalars(select(Address).where(Address.contact_id == contact.id)):
        found = session.scalar(ledger_of(address))
        row = found or OptOut(channel=address.channel, identifier_index=address.identifier_index)
        if found is None or row.reopened_at is not None:
            row.closed_at, row.closed_by = now, "erased"
        row.reopened_at = row.reopen_asked_at = row.contact_id = None
        session.add(row)
    session.flush()


def _empty_messages(session: Session, contact_id: int) -> None:
    """The carrier's copies go with the next sweep, which looks for texts without words."""
    mine = Message.contact_id == contact_id
    waits = mine & Message.state.in_(UNFINISHED)
    ended = {"state": State.FAILED, "reason": "erased", "lease_token": None}
    session.execute(_plain(update(Message).where(waits).values(**ended)))
    emptied = {"body_sealed": None, "signals": None, "address_id": None}
    session.execute(_plain(update(Message).where(mine).values(**emptied)))


def _empty(session: Session, table: Table, contact_id: int) -> None:
    """Sealed words of theirs anywhere; those that must stand cannot be opened any more."""
    if "contact_id" not in table.c:
        return
    sealed = {c.name: None for c in table.c if isinstance(c.type, LargeBinary) and c.nullable}
    if sealed:
        session.execute(update(table).where(table.c.contact_id == contact_id).values(sealed))


def _plain(statement: Executable) -> Executable:
    return statement.execution_options(synchronize_session=False)
