"""What is kept of a call that came in: a row among the client's texts, without a word of it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot import people
from bot.engine import Text
from bot.line import Line
from records import rows
from records.ids import new_id
from records.models import Message


def keep(session: Session, line: Line, person: people.Person, sid: str) -> int:
    """Keeps a call from this person; the id of its row."""
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
    contact.last_inbound_at = now
    return message_id


def of(session: Session, message_id: int, *, for_update: bool = False) -> Message | None:
    """The row of a call that came in; None for any other row, and when there is none."""
    row = session.get(Message, message_id, with_for_update=for_update)
    return row if row and (row.channel, row.direction) == ("voice", "inbound") else None
