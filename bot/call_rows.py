"""What is kept of a call that came in: a row among the client's texts, without a word of it."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from bot import people
from bot.engine import Text
from bot.line import Line
from records import rows
from records.ids import new_id
from records.models import Message

#: Under this name stand the calls of all who hide their number: nobody can tell them apart.
WITHHELD = "withheld"
_NUMBER = re.compile(r"\+[1-9][0-9]{7,14}")
# A carrier names them in letters, or as the keys of a phone that spell the word.
# Source: Twilio's changelog of 2022-11-16 on withheld caller IDs, read 2026-11-28.
_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")
_NAMES = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown")
_AS_KEYS = frozenset("+" + name.translate(_KEYS) for name in _NAMES)


def is_withheld(sender: str) -> bool:
    """Does this caller hide their number? Then nobody can call or text them back."""
    number = people.normal_number(sender)
    return number in _AS_KEYS or not _NUMBER.fullmatch(number)


def keep(session: Session, line: Line, person: people.Person, sid: str) -> int:
    """Keeps a call from this person; the id of its row.

    The number that a call shows is easily forged, and nothing was said: whether a phone has been
    quiet for long, and may be somebody else's now, only its texts say.
    """
    contact, now, message_id = person.contact, line.now(), new_id()
    words_kept = line.texts.fill(Text("voice.called"), "en")
    rows.keep(
        session,
        Message,
        id=message_id,
        contact_id=contact.id,
        seq=contact.next_seq,
        address_id=person.address.id,
        direction="inbound",
        channel="voice",
        purpose="inbound",
        state="received",
        body_sealed=line.vault.seal(contact.data_key, f"message.body:{message_id}", words_kept),
        carrier_sid=sid,
        created_at=now,
        final_at=now,
        level="routine",
    )
    contact.next_seq += 1
    if contact.last_inbound_at is None:  # else nobody would find them among the conversations
        contact.last_inbound_at = now
    return message_id


def of(session: Session, message_id: int) -> Message | None:
    """The row of a call that came in; None for any other row, and when there is none."""
    row = session.get(Message, message_id)
    return row if row and (row.channel, row.direction) == ("voice", "inbound") else None


def held(session: Session, message_id: int) -> Message | None:
    """The same, locked after its caller's row: that comes first, as when a text arrives."""
    row = of(session, message_id)
    if row is None or row.contact_id is None:
        return None
    people.locked(session, row.contact_id)
    session.refresh(row, with_for_update=True)
    return row
