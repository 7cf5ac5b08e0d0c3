"""Keeps a flood of texts from becoming a flood of answers; each is still kept and triaged."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from bot.case import Case, add_item
from bot.outbox.writing import CHAT
from records import rows
from records.models import Address, Contact

#: So many texts of one phone in so short a time are no conversation any more. Nothing routine
#: is answered until the phone was quiet for as long: a robot that only answers us stops too.
MOST_TEXTS, WITHIN = 40, timedelta(minutes=10)
#: So many phones that never texted before in one hour are no clients.
MOST_NEW, NEW_WITHIN = 100, timedelta(hours=1)
_CAP = 30_000
#: A row when more than that are new since then: of phones, or of the chat page. To open the page
#: costs nothing, so whoever opens it a hundred times must not silence the phones.
_IS_NEW = Contact.created_at >= bindparam("since")
_NEW = select(Contact.id).join(Address, Address.contact_id == Contact.id).where(_IS_NEW)
_MANY_PHONES = _NEW.where(Address.channel != CHAT).offset(MOST_NEW).limit(1)
_MANY_VISITS = _NEW.where(Address.channel == CHAT).offset(MOST_NEW).limit(1)


def count(contact: Contact, now: datetime) -> None:
    """Counts this text, before `last_inbound_at` is set to `now`. Reads no table."""
    last, since = contact.last_inbound_at, contact.burst_at
    was_quiet = last is None or now - last >= WITHIN
    is_over = since is not None and now - since >= WITHIN and contact.burst <= MOST_TEXTS
    if since is None or was_quiet or is_over:
        contact.burst_at, contact.burst = now, 1
    else:
        contact.burst = min(contact.burst + 1, _CAP)


def flood(case: Case) -> bool:
    """Too many texts of one phone: one item for a person, and no answer."""
    if case.contact.burst <= MOST_TEXTS:
        return False
    case.to_queue("flood")
    return True


def crowd(case: Case) -> bool:
    """Too many new phones (or visits) at once: one item for all, and no answer to the rest.

    Whoever is in danger among them was answered by the alert before this is looked at.
    """
    since = case.now - NEW_WITHIN
    if case.contact.created_at < since:
        return False
    many = _MANY_VISITS if case.address.channel == CHAT else _MANY_PHONES
    if not rows.look(case.session, many, {"since": since}):
        return False
    add_item(case.session, case.now, "crowd", "urgent", dedupe_key="crowd")
    return True
