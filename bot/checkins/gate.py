"""May this client be asked now? STOP, a no, a person at work or an unsafe hour come first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import safe
from bot.calendar import hours
from bot.escalation import alerts
from bot.line import Line
from bot.outbox.notices import is_closed
from records.models import Address, Contact, Conversation


def address_of(session: Session, contact_id: int) -> Address | None:
    """The phone that the contact texted from last; None for one that never did."""
    return session.scalar(
        select(Address)
        .where(Address.contact_id == contact_id, Address.proven_at.is_not(None))
        .order_by(Address.proven_at.desc(), Address.id.desc())
        .limit(1)
    )


def refusal(
    session: Session, line: Line, contact: Contact, address: Address | None, consent: str | None
) -> str | None:
    """Why nothing may go by itself: no_phone, key_lost, opted_out, no_consent, alert, with_person.

    `consent` is the purpose they must have said yes to; None: they asked for this by other means.
    Raises KeyMissingError.
    """
    if address is None:
        return "no_phone"
    # As after an older key store was put back: their number can be opened by nobody.
    if line.vault.is_lost(contact.data_key):
        return "key_lost"
    if is_closed(session, address):
        return "opted_out"
    if consent is not None and not safe.says_yes(session, contact.id, consent):
        return "no_consent"
    if session.scalar(alerts.OPEN_OF, {"contact": contact.id}) is not None:
        return "alert"
    conversation = session.get(Conversation, contact.id)
    is_with_person = conversation is not None and conversation.handed_off_at is not None
    return "with_person" if is_with_person else None


def when(
    session: Session, line: Line, contact: Contact, purpose: str, now: datetime
) -> safe.Verdict:
    """When a text of this purpose may reach this phone, as bot/safe.py says; a pause has an end."""
    is_chosen = purpose == safe.CARING and safe.chose_caring(session, contact.id)
    own = hours.of_contact(session, contact.id, line.config)
    verdict = safe.may_send_at(contact, purpose, now, own, is_chosen=is_chosen)
    if verdict.at is None and verdict.reason == "paused":
        return safe.Verdict(contact.paused_until_at, "paused")
    return verdict
