"""WhatsApp by the same phone company: how its numbers are written, and when we may write there."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from records.models import Contact, Message

CHANNEL, PREFIX = "whatsapp", "whatsapp:"
#: After a client's own text, free words may go for so long; a minute is left for the way.
# Source: Twilio, error 63016 "Outside messaging window", read 2026-11-28.
WINDOW = timedelta(hours=24) - timedelta(minutes=1)
#: Why a text is held: the client has not written there for a day, or the line has no number there.
OUTSIDE, OFF = "whatsapp_window", "whatsapp_off"


def told_apart(address: str) -> tuple[str, str]:
    """Channel and number of a sender as the carrier writes it."""
    trimmed = address.strip()
    if trimmed.startswith(PREFIX):
        return CHANNEL, trimmed.removeprefix(PREFIX)
    return "sms", trimmed


def written(channel: str, number: str) -> str:
    """A number as the carrier wants it."""
    return PREFIX + number if channel == CHANNEL else number


def refusal(session: Session, message: Message, number: str | None, now: datetime) -> str | None:
    """Why these words may not go there now; None when they may. `number` is the line's own.

    A text that may not go is held where a person sees it. It never goes by SMS instead: who
    reads the one is not always who reads the other.
    """
    if number is None:
        return OFF
    is_open = is_in_window(session, message.contact_id, message.address_id, now)
    return None if is_open else OUTSIDE


def is_in_window(
    session: Session, contact_id: int | None, address_id: int | None, now: datetime
) -> bool:
    """Did this very address write within a day? Texts by SMS open no window."""
    theirs = select(Contact.id).where(
        or_(Contact.id == contact_id, Contact.joined_to_id == contact_id)
    )
    last_at = session.scalar(
        select(Message.created_at)
        .where(
            Message.contact_id.in_(theirs),
            Message.address_id == address_id,
            Message.direction == "inbound",
        )
        .order_by(Message.created_at.desc())
        .limit(1)
    )
    return last_at is not None and now - last_at < WINDOW
