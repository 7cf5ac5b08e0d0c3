"""Keeps how a call to a worker ended."""

from __future__ import annotations

import re
from datetime import datetime

from bot.line import Line
from records.models import Message
from records.models.messages import State

NOT_REACHED = ("busy", "no-answer", "failed", "canceled")
_OURS = re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}")  # fits 63 bits


def own_id(given: str | None) -> int | None:
    """The row id that we put into an address, or None for anything else."""
    return int(given) if given and _OURS.fullmatch(given) else None


def ended(line: Line, status: str, message_id: str | None, now: datetime) -> None:
    """Keeps how a call ended: rung out, or picked up by a machine, is a page that failed."""
    own = own_id(message_id)
    if own is None or status not in (*NOT_REACHED, "completed"):
        return
    with line.database.write() as session:
        message = session.get(Message, own, with_for_update=True)
        if message is None or message.channel != "voice" or message.state == State.DELIVERED:
            return
        message.state, message.final_at = State.UNDELIVERED, now
        message.reason = "no_person_answered"
        message.lease_token = message.lease_until_at = None
