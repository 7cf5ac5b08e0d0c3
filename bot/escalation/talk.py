"""Gives the talk with a client back to the bot once nobody has their urgent item any more."""

from __future__ import annotations

from sqlalchemy.orm import Session

from records.models import Conversation


def bot_speaks(session: Session, contact_id: int, staff_id: int | None) -> None:
    """If it was this worker who had the talk: what the client asks is answered by the bot again."""
    conversation = session.get(Conversation, contact_id)
    if conversation is not None and staff_id and conversation.handed_off_to == staff_id:
        conversation.handed_off_at = conversation.handed_off_to = None
