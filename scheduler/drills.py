"""Tries the pager once a week, at the hour that the operator set."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.escalation import drill
from bot.line import Line

WEEK = timedelta(days=7)
#: A drill that could not begin for so long (an open item, a standstill) waits for the next week.
LATEST = timedelta(hours=6)
LINE = "line"


def run(line: Line, now: datetime) -> None:
    """Ends a drill that nobody took or that is in a client's way; begins the one of this week."""
    with line.database.read() as session:
        running = drill.open_one(session)
        is_over = running is not None and drill.is_over(session, running, now)
        last = drill.last_at(session) if line.config.drill else None
    if running is not None:
        if is_over:
            with line.database.write() as session:
                drill.end_missed(session, running.id, now)
        return
    due_at = _last_due(line, now)
    if due_at is None or now - due_at > LATEST or (last is not None and last >= due_at):
        return
    with line.database.write() as session:
        drill.begin(session, line, LINE, now)


def _last_due(line: Line, now: datetime) -> datetime | None:
    """The latest instant up to now at which a drill was due; None without drills."""
    if line.config.drill is None:
        return None
    weekday, hour = line.config.drill
    local = line.local(now)
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    at -= timedelta(days=(local.weekday() - weekday) % 7)
    return (at if at <= local else at - WEEK).astimezone(now.tzinfo)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When the next drill begins, or the running one ends."""
    with line.database.read() as session:
        running = drill.open_one(session)
        is_over = running is not None and drill.is_over(session, running, now)
    if running is not None:
        return now if is_over else running.opened_at + drill.ENDS_AFTER
    last_due = _last_due(line, now)
    if last_due is None:
        return None
    following = (line.local(last_due).replace(tzinfo=None) + WEEK).replace(tzinfo=line.config.zone)
    return following.astimezone(now.tzinfo)
