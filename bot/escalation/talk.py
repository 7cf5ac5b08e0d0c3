"""Gives the talk with a client back to the bot once nobody has their urgent item any more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from records.models import Conversation, Escalation, Question


def bot_speaks(session: Session, contact_id: int, staff_id: int | None) -> None:
    """If it was this worker who had the talk: what the client asks is answered by the bot again."""
    conversation = session.get(Conversation, contact_id)
    if conversation is not None and staff_id and conversation.handed_off_to == staff_id:
        conversation.handed_off_at = conversation.handed_off_to = None


def talk_ends(
    session: Session, alert: Escalation, helpers: Iterable[int | None], now: datetime
) -> None:
    """The alert is over: the bot speaks again, and a late "2" to "are you safe?" answers nothing
    that was asked before the alert."""
    for staff_id in helpers:
        bot_speaks(session, alert.contact_id, staff_id)
    if not alert.is_silent:
        session.execute(
            update(Question)
            .where(
                Question.contact_id == alert.contact_id,
                Question.closed_at.is_(None),
                Question.asked_at <= alert.opened_at,
            )
            .values(closed_at=now, outcome="interrupted")
            .execution_options(synchronize_session=False)
        )
