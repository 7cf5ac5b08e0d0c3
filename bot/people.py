"""Finds the person behind a number, or makes their record at their first text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import phonenumbers
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session

from bot.line import Line
from records.ids import new_id
from records.models import Address, Contact, Conversation, OptOut

#: E.164 of North America, as the carrier writes nearly every sender; no need to look closer.
_NORTH_AMERICAN = re.compile(r"\+1[2-9][0-9]{9}")


def normal_number(raw: str) -> str:
    """E.164 when it is a phone number, else the trimmed sender as it came."""
    trimmed = raw.strip()
    if _NORTH_AMERICAN.fullmatch(trimmed):
        return trimmed
    try:
        parsed = phonenumbers.parse(trimmed, "CA")
    except phonenumbers.NumberParseException:
        return trimmed
    if not phonenumbers.is_possible_number(parsed):
        return trimmed
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


#: Under this name a session remembers whose row it holds.
HELD = "held_contact"


@dataclass(frozen=True)
class Person:
    """A contact with the rows that every text needs."""

    contact: Contact
    address: Address
    conversation: Conversation
    opt_out: OptOut | None = None


# Built once: every text of everybody begins with this one statement.
_PEOPLE = (
    select(Contact, Address, Conversation, OptOut)
    .select_from(Address)
    .join(Contact, Contact.id == Address.contact_id)
    .join(Conversation, Conversation.contact_id == Contact.id)
    .outerjoin(
        OptOut,
        and_(
            OptOut.channel == Address.channel,
            OptOut.identifier_index == Address.identifier_index,
        ),
    )
    .where(Address.channel == bindparam("channel"))
)
# Held, but not for its key: a row that refers to this person may be written meanwhile.
_FIND = _PEOPLE.where(Address.identifier_index == bindparam("index")).with_for_update(
    of=[Contact, Conversation], key_share=True
)
_FIND_FREE = _PEOPLE.where(
    Address.identifier_index.in_(bindparam("indexes", expanding=True))
).with_for_update(of=[Contact, Conversation], key_share=True, skip_locked=True)


def find(session: Session, line: Line, channel: str, identifier: str) -> Person | None:
    """Who has this number, held until the transaction ends: one text at a time for a person."""
    index = line.vault.index(f"address.{channel}", identifier)
    row = session.execute(_FIND, {"channel": channel, "index": index}).first()
    if row is None:
        return None
    session.info[HELD] = row[0].id
    return Person(*row)


def who_speaks(
    session: Session, line: Line, channel: str, identifier: str, now: datetime
) -> Person | None:
    """As `find`, for somebody who texts or calls just now.

    With an older key store put back, a contact's key may be lost: nothing of theirs could be kept
    then, not even a cry for help. So this is somebody new; the old record stays, without a phone.
    """
    found = find(session, line, channel, identifier)
    if found is None or not line.vault.is_lost(found.contact.data_key):
        return found
    session.refresh(found.address, with_for_update=True)
    if found.address.contact_id != found.contact.id:  # another text of theirs was quicker
        return find(session, line, channel, identifier)
    contact, conversation = _nobody_yet(session, line, now)
    found.address.contact_id = contact.id
    found.address.identifier_sealed = _sealed(line, contact, found.address.id, identifier)
    session.flush()
    return Person(contact, found.address, conversation, found.opt_out)


def find_free(session: Session, channel: str, indexes: list[str]) -> dict[str, Person]:
    """Who has these numbers, by the number's index, held until the transaction ends.

    Who is held by somebody else is left out: nobody waits here, so no two can wait for each other.
    """
    found = session.execute(_FIND_FREE, {"channel": channel, "indexes": indexes})
    return {row[1].identifier_index: Person(*row) for row in found}


def identifier_of(line: Line, contact: Contact, address: Address) -> str:
    """The number itself. Raises ErasedError when the contact's key was destroyed."""
    return line.vault.open(
        contact.data_key, f"address.identifier:{address.id}", address.identifier_sealed
    )


def make(session: Session, line: Line, channel: str, identifier: str, now: datetime) -> Person:
    """A new contact with its own key, this address, and an empty conversation."""
    contact, conversation = _nobody_yet(session, line, now)
    index = line.vault.index(f"address.{channel}", identifier)
    address_id = new_id()
    address = Address(
        id=address_id,
        contact_id=contact.id,
        channel=channel,
        identifier_index=index,
        identifier_sealed=_sealed(line, contact, address_id, identifier),
        created_at=now,
    )
    session.add(address)
    session.flush()
    # An erased person's STOP outlives them: a known number may have a row in the ledger.
    opt_out = session.scalar(
        select(OptOut).where(OptOut.channel == channel, OptOut.identifier_index == index)
    )
    return Person(contact, address, conversation, opt_out)


def _nobody_yet(session: Session, line: Line, now: datetime) -> tuple[Contact, Conversation]:
    contact = Contact(id=new_id(), data_key=line.vault.keys.new_ref(), created_at=now, next_seq=1)
    session.add(contact)
    session.flush()
    conversation = Conversation(contact_id=contact.id, not_understood=0, topics="")
    session.add(conversation)
    session.flush()
    session.info[HELD] = contact.id
    return contact, conversation


def _sealed(line: Line, contact: Contact, address_id: int, identifier: str) -> bytes:
    return line.vault.seal(contact.data_key, f"address.identifier:{address_id}", identifier)


def locked(session: Session, contact_id: int) -> Contact:
    """The contact's row, held until the transaction ends."""
    contact = session.scalars(
        select(Contact).where(Contact.id == contact_id).with_for_update(key_share=True)
    ).one()
    session.info[HELD] = contact.id
    return contact


def all_locked(session: Session, contact_ids: Iterable[int]) -> dict[int, Contact]:
    """The same for several, the lowest id first: so no two ever wait for each other."""
    return {one: locked(session, one) for one in sorted(set(contact_ids))}
