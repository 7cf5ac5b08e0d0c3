"""When people read: the office's hours, and when somebody reads next."""

from __future__ import annotations

from datetime import datetime, time, timedelta

FRIDAY = 4


def is_staffed(local: datetime, hours: tuple[int, int]) -> bool:
    """Is `local` (wall time) within the weekday hours (from, to)?"""
    return local.weekday() <= FRIDAY and hours[0] <= local.hour < hours[1]


def reads_next(local: datetime, hours: tuple[int, int]) -> datetime:
    """The wall time at which a person reads next: now while staffed, else the next opening."""
    if is_staffed(local, hours):
        return local
    day = local.date()
    if local.hour >= hours[0]:
        day += timedelta(days=1)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return datetime.combine(day, time(hours[0]), tzinfo=local.tzinfo)
