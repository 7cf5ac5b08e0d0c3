"""Puts a text that did not arrive in front of a person, and closes our ledger when told to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from bot.calendar import waiting
from bot.case import add_item
from bot.outbox.writing import PROBE
from records.audit import note
from records.models import Address, Escalation, Message, OptOut, QueueItem
from records.models.messages import Lane, State


def settle(
    session: Session, message: Message, state: State, reason: str, now: datetime, *, show: bool
) -> None:
    """Ends a text that will not be handed over (again); `show` puts it in front of a person."""
    message.state, message.reason, message.final_at = state, reason, now
    message.lease_token = message.lease_until_at = None
    if show:
        not_delivered(session, message, reason, now)


def not_delivered(session: Session, message: Message, reason: str, now: datetime) -> None:
    """One open item a text; urgent when it was an urgent text. The line's own trial is none."""
    if message.channel == PROBE:
        return
    level = "urgent" if message.lane == Lane.URGENT else "routine"
    key = f"not_delivered:{message.id}"
    add_item(session, now, "not_delivered", level, message.contact_id, message.id, key, reason)


def delivered_after_all(session: Session, message: Message, now: datetime) -> None:
    """The carrier says now that it arrived: nobody needs to look any more."""
    session.execute(
        update(QueueItem)
        .where(
            QueueItem.dedupe_key == f"not_delivered:{message.id}",
            QueueItem.resolved_at.is_(None),
        )
        .values(resolved_at=now, outcome="delivered")
        .execution_options(synchronize_session=False)
    )


def alarm(session: Session, subject: str, now: datetime) -> None:
    """Something an operator must mend; one open item for one cause."""
    add_item(session, now, "alarm", "urgent", dedupe_key=f"alarm:{subject}", subject=subject)


def closed_by_carrier(session: Session, address_id: int | None, now: datetime) -> None:
    """The carrier says this phone opted out: our own ledger says so too from now on."""
    address = session.get(Address, address_id) if address_id else None
    if address is None:
        return
    row = session.scalar(ledger_of(address))
    if row is None:
        row = OptOut(channel=address.channel, identifier_index=address.identifier_index)
        session.add(row)
    elif row.reopened_at is None:
        return
    row.contact_id, row.closed_at, row.closed_by = address.contact_id, now, "carrier"
    row.reopened_at = row.reopen_asked_at = None
    note(session, now, "line", "opt_out", contact_id=address.contact_id, detail="carrier")
    waiting.pass_over(session, address.contact_id, now)
    session.flush()


def is_closed(session: Session, address: Address | None) -> bool:
    """Did this phone say STOP and not START again?"""
    row = session.scalar(ledger_of(address)) if address else None
    return row is not None and row.reopened_at is None


def is_hushed(session: Session, contact_id: int) -> bool:
    """Has this client an open alert of which the phone is shown nothing? One of somebody who
    called and waits for a call is no such."""
    found = select(Escalation.id).where(
        Escalation.contact_id == contact_id,
        Escalation.state != "resolved",
        Escalation.is_silent,
        ~Escalation.cannot_text,
    )
    return session.scalar(found.limit(1)) is not None


def ledger_of(address: Address) -> Select[OptOut]:
    """Finds our ledger's row for this number."""
    return select(OptOut).where(
        OptOut.channel == address.channel, OptOut.identifier_index == address.identifier_index
    )
