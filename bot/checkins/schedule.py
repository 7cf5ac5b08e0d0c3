"""On which days somebody is asked how they are: counted on the wall calendar, never by drift."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.calendar.rule import instant

DAY, WEEK, FORTNIGHT, MONTH = "day", "week", "fortnight", "month"
EVERY = (DAY, WEEK, FORTNIGHT, MONTH)
CARING = "caring"
_DAYS = {DAY: 1, WEEK: 7, FORTNIGHT: 14}
#: After a stay: one day, one week, each of four months, then every second month of the year.
_CARING_DAYS = (1, 7)
_CARING_MONTHS = (1, 2, 3, 4, 6, 8, 10, 12)


def day_of(every: str, anchor: date, step: int) -> date | None:
    """The day of step `step` (0 is the first); None when there are no more.

    The first day of a repeated plan is the anchor itself; caring days come after it. A month
    that is too short has its last day. Raises ValueError for an unknown `every`.
    """
    if every in _DAYS:
        return anchor + timedelta(days=_DAYS[every] * step)
    if every == MONTH:
        return months_after(anchor, step)
    if every != CARING:
        raise ValueError(f"nothing happens every '{every}'")
    if step < len(_CARING_DAYS):
        return anchor + timedelta(days=_CARING_DAYS[step])
    step -= len(_CARING_DAYS)
    return months_after(anchor, _CARING_MONTHS[step]) if step < len(_CARING_MONTHS) else None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def birthday_after(birthday: str, after: date) -> date:
    """The next birthday ("MM-DD") later than `after`; 29 February is the 28th in other years.

    Raises ValueError when it is no day of a year.
    """
    month, day = (int(part) for part in birthday.split("-"))
    date(2020, month, day)  # a leap year: any day there is
    for year in (after.year, after.year + 1):
        found = date(year, month, min(day, monthrange(year, month)[1]))
        if found > after:
            return found
    raise AssertionError("a birthday comes every year")


def instant_of(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The UTC instant of a minute of that day on the wall clock."""
    return instant(datetime.combine(day, time(minute // 60, minute % 60)), zone)
