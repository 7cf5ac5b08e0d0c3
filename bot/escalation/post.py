"""Mails pages to workers who have a mail address, when a mail server is set."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from bot.escalation import taking
from bot.escalation.telling import words
from bot.line import Line
from bot.mail import MailError
from records.errors import MendableError
from records.keystore import SYSTEM
from records.models import Message, Staff
from records.models.messages import State

log = structlog.get_logger()

TRY_AGAIN = timedelta(seconds=20)
MOST_TRIES = 5
MAIL = "email"


def send_mail(line: Line, limit: int = 20) -> int:
    """Mails what is due; returns how many messages the server took."""
    sent = 0
    for _ in range(limit):
        with line.database.write() as session:
            taken = taking.take(session, MAIL, line.now())
        if taken is None:
            break
        sent += _send(line, *taken)
    return sent


def next_at(session: Session) -> datetime | None:
    """When the next mail is due."""
    return taking.next_at(session, MAIL)


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
        held = taking.held(session, message, token)
        if held is not None:
            _write_back(held, trouble, line.now())
    return trouble is None


def _write_back(message: Message, trouble: str | None, now: datetime) -> None:
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
