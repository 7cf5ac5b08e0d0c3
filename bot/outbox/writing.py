"""Writes down a text that is to go out; another part of the line carries it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from bot import whatsapp
from bot.language.segments import count, normalise
from bot.line import Line
from bot.outbox import carriers
from bot.people import HELD
from records import rows
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Address, Contact, Message
from records.models.messages import Lane, State
from records.rows import Kept

#: Under this name a session remembers that it holds a text which must leave at once.
URGENT = "urgent_text"
#: The page on which people chat: nothing is carried there, the page fetches it.
CHAT = "chat"
#: The made-up text with which the line tries itself, and its page: nobody is texted.
PROBE = "probe"
#: Channels on which nothing is texted or rung.
ELSEWHERE = (CHAT, whatsapp.CHANNEL)
#: A worker's answer may wait so long for a client who comes back to the page.
WAITS_ON_PAGE = timedelta(hours=24)
#: How late a text may still be handed over, by lane: later it would do harm or make no sense.
LATEST = {
    Lane.URGENT: timedelta(hours=1),
    Lane.REPLY: timedelta(hours=1),
    Lane.TIMED: timedelta(hours=2),
    Lane.BULK: timedelta(hours=4),
}


def enqueue(
    session: Session, line: Line, *, body: str, purpose: str, lane: Lane, now: datetime,
    contact: Contact | None = None, staff_id: int | None = None, address_id: int | None = None,
    due_at: datetime | None = None, expires_at: datetime | None = None,
    text_id: str | None = None, language: str | None = None, script: str | None = None,
    channel: str = "sms", answered_by_id: int | None = None,
) -> Kept:  # fmt: skip
    """Adds one outbound row to the transaction: to a contact's address, or to a staff member.

    `due_at` is `now` unless given; `expires_at` is `due_at` plus LATEST of the lane. What goes to
    a client's chat page counts as accepted at once and is judged when the page fetches it.
    `answered_by_id` is the staff member who wrote it; without it the text is automatic.
    Raises ValueError for an empty body or when not exactly one of contact and staff is given.
    """
    if (contact is None) == (staff_id is None):
        raise ValueError("a text goes to a contact or to a staff member")
    message_id, due = new_id(), due_at or now
    words = _words(line, contact, message_id, body)
    if lane == Lane.URGENT:
        session.info[URGENT] = True
    channel = _channel_of(session, contact, address_id, channel)
    is_awaited = channel == CHAT and answered_by_id is not None
    latest = WAITS_ON_PAGE if is_awaited else LATEST[lane]
    return rows.keep(
        session, Message, id=message_id, direction="outbound", staff_id=staff_id,
        contact_id=contact.id if contact else None,
        seq=next_seq(session, contact) if contact else None,
        purpose=purpose, text_id=text_id, language=language, script=script,
        answered_by_id=answered_by_id, address_id=address_id, channel=channel, lane=int(lane),
        created_at=now, due_at=due, expires_at=expires_at or due + latest,
        **words, **_way(session, line, message_id, channel, staff_id, due, now),
    )  # fmt: skip


def _words(line: Line, contact: Contact | None, message_id: int, body: str) -> dict[str, Any]:
    """What is kept of its words: sealed, and how many parts they take. Raises ValueError."""
    body = normalise(body.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    if not body.strip():
        raise ValueError("a text needs words")
    size, key = count(body), contact.data_key if contact else SYSTEM
    sealed = line.vault.seal(key, f"message.body:{message_id}", body)
    return {"body_sealed": sealed, "segments": size.segments, "encoding": size.encoding}


def _way(
    session: Session, line: Line, message_id: int, channel: str, staff_id: int | None,
    due: datetime, now: datetime,
) -> dict[str, Any]:  # fmt: skip
    """A chat page has what is due; a page to a worker goes by the carrier that works."""
    if channel == CHAT:
        return {"state": State.SENT, "sent_at": now} if due <= now else {"state": State.QUEUED}
    if staff_id is None:
        return {"state": State.QUEUED}
    return {"state": State.QUEUED, "carrier": carriers.of_page(session, line, message_id, now)}


def _channel_of(
    session: Session, contact: Contact | None, address_id: int | None, asked: str
) -> str:
    """A client is reached where their address is: on their page, by WhatsApp, or as asked."""
    if contact is None or address_id is None:
        return asked
    address = session.get(Address, address_id)
    return address.channel if address is not None and address.channel in ELSEWHERE else asked


def next_seq(session: Session, contact: Contact) -> int:
    """Takes the contact's next number, holding their row until the transaction ends."""
    if session.info.get(HELD) == contact.id:  # the row is ours already: no need to ask again
        contact.next_seq += 1
        return contact.next_seq - 1
    after: int = session.execute(
        update(Contact)
        .where(Contact.id == contact.id)
        .values(next_seq=Contact.next_seq + 1)
        .returning(Contact.next_seq)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    set_committed_value(contact, "next_seq", after)
    return after - 1
