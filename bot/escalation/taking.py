"""Takes a page that goes another way than by text: one at a time, for one process, for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.outbox.gate import unfinished
from records.ids import new_token
from records.models import Message
from records.models.messages import State

LEASE = timedelta(seconds=30)


def _waiting(channel: str) -> list[ColumnElement[bool]]:
    return [unfinished(), Message.channel == channel, Message.state == State.QUEUED]


def next_at(session: Session, channel: str) -> datetime | None:
    """When the next page of a channel is due."""
    return session.scalar(select(func.min(Message.due_at)).where(*_waiting(channel)))


def take(session: Session, channel: str, now: datetime) -> tuple[Message, str] | None:
    """The page that has been due longest, with the token that proves the lease; None for none."""
    message = session.scalar(
        select(Message)
        .where(*_waiting(channel), Message.due_at <= now)
        .order_by(Message.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if message is None:
        return None
    token = new_token()
    message.state, message.lease_token = State.SENDING, token
    message.lease_until_at, message.sending_at = now + LEASE, now
    message.attempts += 1
    return message, token


def held(session: Session, message: Message, token: str) -> Message | None:
    """The page anew, locked, when this lease still holds; its lease ends with this."""
    row = session.get(Message, message.id, with_for_update=True, populate_existing=True)
    if row is None or row.lease_token != token:
        return None
    row.lease_token = row.lease_until_at = None
    return row
