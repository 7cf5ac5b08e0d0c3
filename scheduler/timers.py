"""Looks after the timers that clients started, one at a time, so that none holds up another."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot import timer_due
from bot.line import Line

log = structlog.get_logger()


def run(line: Line, now: datetime) -> None:
    """All that is due for timers at `now`."""
    with line.database.read() as session:
        due = timer_due.due(session, now)
    for timer_id in due:
        try:
            with line.database.write() as session:
                timer_due.look_after(session, line, timer_id, now)
        except Exception as error:  # tried again at the next tick; the others go on
            log.error("timer_failed", kind=type(error).__name__)
    if due:
        line.wake.now()


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a timer next asks for something."""
    with line.database.read() as session:
        return timer_due.next_at(session, now)
