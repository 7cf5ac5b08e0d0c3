"""Mails pages to workers who have a mail address, when a mail server is set."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bot.escalation.telling import words
from bot.line import Line
from bot.mail import MailError
from bot.outbox.gate import unfinished
from records.errors import MendableError
from records.ids import new_token
from records.keystore import SYSTEM
from records.models import Message, Staff
from records.models.messages import State

log = structlog.get_logger()

LEASE = timedelta(seconds=30)
TRY_AGAIN = timedelta(seconds=20)
MOST_TRIES = 5


def send_mail(line: Line, limit: int = 20) -> int:
    """Mails what is due; returns how many messages the server took."""
    sent = 0
    for _ in range(limit):
        taken = _take(line)
        if taken is None:
            break
        sent += _send(line, *taken)
    return sent


def _waiting() -> list[ColumnElement[bool]]:
    return [unfinished(), Message.channel == "email", Message.state == State.QUEUED]


def next_at(session: Session) -> datetime | None:
    """When the next mail is due."""
    return session.scalar(select(func.min(Message.due_at)).where(*_waiting()))


def _take(line: Line) -> tuple[Message, str] | None:
    now = line.now()
    with line.database.write() as session:
        message = session.scalar(
            select(Message)
            .where(*_waiting(), Message.due_at <= now)
            .order_by(Message.due_at, Message.id)
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


def _send(line: Line, message: Message, token: str) -> bool:
    trouble = None
    try:
        to, body = _envelope(line, message)
        if line.mailer is None:
            raise MailError("no mail server is set")
        line.mailer.send(to, words(line, "page.subject"), body)
    except (MailError, MendableError) as error:
        trouble = type(error).__name__
        log.warning("mail_failed", kind=str(error) if isinstance(error, MailError) else trouble)
    with line.database.write() as session:
        held = session.get(Message, message.id, with_for_update=True, populate_existing=True)
        if held is not None and held.lease_token == token:
            _write_back(held, trouble, line.now())
    return trouble is None


def _write_back(message: Message, trouble: str | None, now: datetime) -> None:
    message.lease_token = message.lease_until_at = None
    if trouble is None:
        message.state, message.sent_at, message.reason = State.SENT, now, None
    elif message.attempts >= MOST_TRIES:
        message.state, message.reason, message.final_at = State.FAILED, "mail_refused", now
    else:
        message.state, message.due_at = State.QUEUED, now + TRY_AGAIN


def _envelope(line: Line, message: Message) -> tuple[str, str]:
    """Whom, and what. Raises MendableError."""
    with line.database.read() as session:
        staff = session.get_one(Staff, message.staff_id)
    if staff.email_sealed is None or message.body_sealed is None:
        raise MendableError("this member of staff has no mail address")
    to = line.vault.open(SYSTEM, f"staff.email:{staff.id}", staff.email_sealed)
    return to, line.vault.open(SYSTEM, f"message.body:{message.id}", message.body_sealed)
