"""Tells clients once, while they hold the phone, of another number that texts may come from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from bot import safe
from bot.calendar import hours
from bot.checkins.writing import queue
from bot.due import each
from bot.engine import Text
from bot.escalation import alerts
from bot.line import Line
from bot.outbox.notices import is_closed
from records.models import Address, Contact, Message
from records.models.messages import State

#: As an answer: they are texting at this very hour, so hours do not matter.
PURPOSE = "reply"
#: Not in the middle of a talk, and not when the phone may have been put away.
AFTER, UNTIL = timedelta(minutes=2), timedelta(minutes=30)
MOST = 50
_NOT_TOLD = (State.FAILED, State.UNDELIVERED, State.EXPIRED, State.HELD)


def run(line: Line, now: datetime) -> None:
    """Queues the text to those who texted a little while ago and have not heard of the number."""
    if line.config.second is None:
        return
    untold = _untold(line.config.second.sender, now)
    each(line, untold, _settle, now, "other_number_failed", MOST)


def _settle(session: Session, line: Line, contact: Contact, address_id: int, now: datetime) -> None:
    second, address = line.config.second, session.get_one(Address, address_id)
    if second is None or address.contact_id != contact.id:
        return
    if _may_hear(session, line, contact, address, now):
        _tell(session, line, contact, address, second.sender, now)


def _untold(number: str, now: datetime) -> Select[int, int]:
    return (
        select(Address.id, Contact.id)
        .join(Address, Address.contact_id == Contact.id)
        .outerjoin(Message, Message.id == Address.told_by)
        .where(
            Contact.last_inbound_at.between(now - UNTIL, now - AFTER),
            Contact.safe_to_text == "yes",
            Address.channel == "sms",
            Address.proven_at.is_not(None),
            or_(Address.told_of.is_distinct_from(number), Message.state.in_(_NOT_TOLD)),
        )
        .order_by(Contact.last_inbound_at, Contact.id)
    )


def _may_hear(
    session: Session, line: Line, contact: Contact, address: Address, now: datetime
) -> bool:
    """Nothing is started while they wait for a person or have said STOP.

    An open question stays open: what a digit means is not changed by a text that asks nothing.
    """
    own = hours.of_contact(session, contact.id, line.config)
    is_wary = contact.doubted_at is not None or contact.erase_asked_at is not None
    if is_wary or safe.may_send_at(contact, PURPOSE, now, own).at != now:
        return False
    if is_closed(session, address) or line.vault.is_lost(contact.data_key):
        return False
    return session.scalar(alerts.OPEN_OF, {"contact": contact.id}) is None


def _tell(
    session: Session, line: Line, contact: Contact, address: Address, number: str, now: datetime
) -> None:
    text = Text("line.other_number", {"number": readable(number)})
    sent = queue(session, line, contact, address, text, PURPOSE, now, now + UNTIL)
    address.told_of, address.told_by = number, sent.id


def readable(number: str) -> str:
    """A number of ours as people here write it: 613-555-0102."""
    digits = number.removeprefix("+1")
    return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else number
