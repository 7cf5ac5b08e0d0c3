"""A number that changed, or two phones of one client: two records become one, after a meeting.

Until a worker confirms that they met the client, nothing of one record shows at the other's phone.
Words stay sealed with the key of the record they came in by; erasing a client means all of these.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot import moving, people
from bot.escalation import holding
from bot.line import Line
from records.audit import note
from records.models import Address, Contact, Escalation, Joining, SafetyTimer

CHANGE, MERGE = "change", "merge"
ASKED, DONE, WITHDRAWN = "asked", "done", "withdrawn"


class JoiningError(Exception):
    """Why not; `args[0]` names the panel's text: same, gone, not_heard, asked, urgent, timer..."""


def ask(
    session: Session,
    contact: Contact,
    other: Contact,
    how: str,
    staff_id: int,
    now: datetime,
) -> Joining:
    """Writes down that `other` is said to be the same client. Raises JoiningError."""
    if contact.id == other.id:
        raise JoiningError("same")
    if any(one.erased_at or one.joined_to_id for one in (contact, other)):
        raise JoiningError("gone")
    if not _has_texted(session, other.id):
        raise JoiningError("not_heard")
    if waiting(session, contact.id) is not None or waiting(session, other.id) is not None:
        raise JoiningError("asked")
    row = Joining(
        contact_id=contact.id, other_id=other.id, how=how, asked_by=staff_id, asked_at=now
    )
    session.add(row)
    session.flush()
    _note(session, row, "joining_asked", staff_id, now)
    return row


def _has_texted(session: Session, contact_id: int) -> bool:
    proven = select(Address.id).where(
        Address.contact_id == contact_id, Address.proven_at.is_not(None)
    )
    return session.scalar(proven.limit(1)) is not None


def waiting(session: Session, contact_id: int) -> Joining | None:
    """The request that waits for somebody to meet this client, from either record."""
    return session.scalar(
        select(Joining).where(
            Joining.state == ASKED,
            or_(Joining.contact_id == contact_id, Joining.other_id == contact_id),
        )
    )


def withdraw(session: Session, row: Joining, staff_id: int, now: datetime) -> None:
    """It was not the same person: both records stay as they are."""
    _settle(session, row, WITHDRAWN, staff_id, now)


def confirm(session: Session, line: Line, row: Joining, staff_id: int, now: datetime) -> None:
    """A worker met the client: the other record's phone is now this record's.

    Raises JoiningError while something urgent or a safety timer of either is open: then
    nothing may move under the feet of whoever looks after it.
    """
    held = people.all_locked(session, (row.contact_id, row.other_id))
    session.refresh(row, with_for_update=True)
    if row.state != ASKED:
        raise JoiningError("asked")
    contact, other = held[row.contact_id], held[row.other_id]
    _refuse_open(session, (contact.id, other.id))
    former = list(session.scalars(select(Address).where(Address.contact_id == contact.id)))
    moving.phones(session, line, other, contact, now)
    if row.how == CHANGE:
        for address in former:
            moving.to_a_stranger(session, line, contact, address, now)
    moving.choices(session, contact, other, now, is_change=row.how == CHANGE)
    moving.what_is_open(session, line, contact, other, now)
    other.joined_to_id = contact.id
    session.execute(
        update(Contact)
        .where(Contact.joined_to_id == other.id)
        .values(joined_to_id=contact.id)
        .execution_options(synchronize_session=False)
    )
    _settle(session, row, DONE, staff_id, now)


def _refuse_open(session: Session, ids: tuple[int, int]) -> None:
    alert = select(Escalation.id).where(
        Escalation.contact_id.in_(ids), Escalation.state != holding.RESOLVED
    )
    if session.scalar(alert.limit(1)) is not None:
        raise JoiningError("urgent")
    timer = select(SafetyTimer.id).where(
        SafetyTimer.contact_id.in_(ids), SafetyTimer.closed_at.is_(None)
    )
    if session.scalar(timer.limit(1)) is not None:
        raise JoiningError("timer")


def _settle(session: Session, row: Joining, state: str, staff_id: int, now: datetime) -> None:
    row.state, row.settled_by, row.settled_at = state, staff_id, now
    _note(session, row, f"joining_{state}", staff_id, now)


def _note(session: Session, row: Joining, act: str, staff_id: int, now: datetime) -> None:
    """In the trail of both records."""
    for contact_id in (row.contact_id, row.other_id):
        note(
            session, now, f"staff:{staff_id}", act, contact_id=contact_id,
            subject=f"joining:{row.id}", detail=row.how,
        )  # fmt: skip


def records_of(session: Session, contact: Contact) -> list[Contact]:
    """The records that became part of this one, newest first."""
    chosen = select(Contact).where(Contact.joined_to_id == contact.id)
    return list(session.scalars(chosen.order_by(Contact.id.desc())))
