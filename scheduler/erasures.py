"""Erases clients whose seven days are over, one at a time."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot import erase
from bot.line import Line

log = structlog.get_logger()


def run(line: Line, now: datetime) -> None:
    """All erasures that are due at `now`."""
    with line.database.read() as session:
        due = erase.due(session, now)
    for contact_id in due:
        try:
            erase.run(line, contact_id, now)
        except Exception as error:  # tried again at the next tick; the others go on
            log.error("erasure_failed", kind=type(error).__name__)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When an erasure is next looked at."""
    with line.database.read() as session:
        return erase.next_at(session)
