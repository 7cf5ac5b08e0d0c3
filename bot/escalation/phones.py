"""Which of a client's phones is answered: the one that they write on now."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import Address, Escalation, Message


def in_alert(session: Session, alert: Escalation) -> int | None:
    """The address that wrote last since the alert was opened, else the one whose text opened it."""
    opening = session.get_one(Message, alert.message_id)
    return newest(session, alert.contact_id) or opening.address_id


def newest(session: Session, contact_id: int) -> int | None:
    """The address that this client texted from last, of those that are theirs today."""
    return session.scalar(
        select(Message.address_id)
        .join(Address, Address.id == Message.address_id)
        .where(
            Message.contact_id == contact_id,
            Address.contact_id == contact_id,
            Message.direction == "inbound",
            Message.channel != "voice",
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
