"""Days and times as people type them, at the line's own wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.line import Line

FIELD = "%Y-%m-%dT%H:%M"
MORNING = 9


def instant(line: Line, typed: str | None) -> datetime | None:
    """The UTC instant of a wall time such as 2026-12-01T09:00, or None when it is none.

    Of an hour that the clocks repeat it is the first one.
    """
    try:
        wall = datetime.fromisoformat((typed or "").strip())
    except ValueError:
        return None
    if wall.tzinfo is not None or not 2000 <= wall.year <= 2200:
        return None
    return wall.replace(tzinfo=line.config.zone).astimezone(UTC)


def a_day(typed: str | None) -> date | None:
    """A day such as 2026-12-01, or None when it is none."""
    try:
        day = date.fromisoformat((typed or "").strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def typed(line: Line, at: datetime) -> str:
    """What a field for a day and a time is filled with."""
    return line.local(at).strftime(FIELD)


def tomorrow(line: Line, now: datetime) -> str:
    """Nine in the morning of the next day, for such a field."""
    day = line.local(now) + timedelta(days=1)
    return day.replace(hour=MORNING, minute=0).strftime(FIELD)
