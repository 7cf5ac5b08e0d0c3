"""Looks after the timers that clients started, one at a time, so that none holds up another."""

from __future__ import annotations

from datetime import datetime

from bot import timer_due
from bot.due import apart, first
from bot.line import Line
from bot.resting import SHORT_WAITS

FAILED = "timer_failed"


def run(line: Line, now: datetime) -> None:
    """All that is due for timers at `now`."""
    with line.database.read() as session:
        due = timer_due.due(session, now, line.resting.at(now, FAILED))
    for timer_id in due:
        with apart(line, timer_id, now, FAILED, SHORT_WAITS), line.database.write() as session:
            timer_due.look_after(session, line, timer_id, now)
    if due:
        line.wake.now()


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a timer next asks for something."""
    with line.database.read() as session:
        due_at = timer_due.next_at(session, now, line.resting.at(now, FAILED))
    return first((due_at, line.resting.next_at(now, FAILED)))
