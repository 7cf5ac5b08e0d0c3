"""A worker's words that never reached the client answer nothing: whoever has the item is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from bot.escalation import holding, ladder
from bot.escalation.telling import audit, tell
from bot.line import Line
from records.models import Escalation, Message
from records.models.messages import State

_NOT_THERE = (State.FAILED, State.UNDELIVERED, State.HELD, State.EXPIRED)


def are_lost() -> ColumnElement[bool]:
    """Is a person's last word in an alert a text that did not arrive?"""
    last_word = exists().where(
        Message.contact_id == Escalation.contact_id,
        Message.created_at == Escalation.human_at,
        Message.answered_by_id.is_not(None),
        Message.state.in_(_NOT_THERE),
    )
    # Looked at each second: the texts of whoever waits for a first word are not gone through.
    return and_(Escalation.human_at.is_not(None), last_word)


def was_only_called(session: Session, alert: Escalation) -> bool:
    """Is the last word in it a key pressed for the client's call, and nothing written since?"""
    found = select(Message.id).where(
        Message.contact_id == alert.contact_id,
        Message.final_at == alert.human_at,
        Message.channel == "voice",
        Message.direction == "inbound",
        Message.answered_by_id.is_not(None),
    )
    return session.scalar(found.limit(1)) is not None


def has_written(session: Session, alert: Escalation) -> bool:
    """Has a person texted the client since the alert's question, or since it was opened?"""
    asked = session.get(Message, alert.reply_id) if alert.reply_id else None
    since = asked.created_at if asked is not None else alert.opened_at
    found = select(Message.id).where(
        Message.contact_id == alert.contact_id,
        Message.created_at >= since,
        Message.direction == "outbound",
        Message.answered_by_id.is_not(None),
        Message.state.not_in(_NOT_THERE),
    )
    return session.scalar(found.limit(1)) is not None


def take_back(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """Nobody has answered then, or not since the word before. Whoever has the item keeps it for
    the minutes that they had when they took it; then the ladder goes on, counted from now."""
    session.flush()
    if session.scalar(select(Escalation.id).where(Escalation.id == alert.id, are_lost())) is None:
        return
    audit(session, alert, "answer_lost", now)
    alert.human_at = session.scalar(
        select(func.max(Message.created_at)).where(
            Message.contact_id == alert.contact_id,
            Message.created_at >= alert.opened_at,
            Message.created_at < alert.human_at,
            Message.direction == "outbound",
            Message.answered_by_id.is_not(None),
            Message.state.not_in(_NOT_THERE),
        )
    )
    if alert.acknowledged_by is None:
        return  # nobody has it: the ladder goes on as it is
    minutes = ladder.ACK_MINUTES[alert.level]
    alert.raised_at, alert.ack_expires_at = now, now + timedelta(minutes=minutes)
    holding.start_over(session, alert, now)
    tell(session, line, alert.acknowledged_by, "page.words_lost", now,
        number=alert.number or 0, minutes=minutes)  # fmt: skip
