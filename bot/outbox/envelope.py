"""Opens a text for the phone company: to whom it goes, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot import whatsapp
from bot.line import Line
from bot.outbox.judge import words_of
from bot.outbox.writing import PROBE
from records.errors import MendableError
from records.keystore import SYSTEM
from records.models import Address, Contact, Message, Staff

#: Whom the line's own trial texts go to.
NOBODY = ""


@dataclass(frozen=True)
class Envelope:
    """What the carrier needs to know, opened only for the call."""

    to: str
    body: str


def open_envelope(line: Line, message: Message) -> Envelope:
    """To whom, and what. Raises MendableError when a key is missing or was destroyed."""
    if message.channel == PROBE:
        return Envelope(NOBODY, words_of(line, SYSTEM, message) or "")
    with line.database.read() as session:
        ref, where, sealed = _number(session, message)
    to = whatsapp.written(message.channel, line.vault.open(ref, where, sealed))
    return Envelope(to, words_of(line, ref, message) or "")


def _number(session: Session, message: Message) -> tuple[str, str, bytes]:
    """Under which key, where, and as what the number is sealed."""
    if message.contact_id is None:
        staff = session.get_one(Staff, message.staff_id)
        if staff.phone_sealed is None:
            raise MendableError("this member of staff has no phone number")
        return SYSTEM, f"staff.phone:{staff.id}", staff.phone_sealed
    contact = session.get_one(Contact, message.contact_id)
    address = session.get_one(Address, message.address_id)
    return contact.data_key, f"address.identifier:{address.id}", address.identifier_sealed
