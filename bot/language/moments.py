"""Reads the moment that a text names: "after 8", "tomorrow at 9", "in 2 hours", "fri noon"."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

#: A bare "8" is an hour at which people are awake: from eight in the morning to nine at night,
#: when quiet hours begin.
_AWAKE = (8, 21)
_NOON = 12
_LEAD = r"(?:after|at|before|b4|by|around|about|past|from|between|@)\s*"
_HALF = r"(?:\s*(am|pm|a\.m\.|p\.m\.)|\s?-?(ish)\b)"
_CLOCK = re.compile(rf"(?<![\d:.])({_LEAD})?([01]?\d|2[0-3])(?:[:h]([0-5]\d))?{_HALF}?(?![\d:])")
#: "5 or 6", "5-6 pm": the first of two hours, when nothing else is said.
_TWO_HOURS = re.compile(r"(\d{1,2})\s*(?:or|to|-|/)\s*\d{1,2}\s*(am|pm)?")
_LENGTH = re.compile(
    r"\bin (?:(an|a|one|\d{1,2}) ?(?:h|hr|hrs|hours?)|(half) an hour|"
    r"(\d{1,3}) ?(?:m|min|mins|minutes?))\b"
)
_NEXT_DAY = re.compile(r"\b(?:tomorrow|tomorow|tommorow|tomoro|tmrw|tmr|2moro|2morrow)\b")
_NOON_WORD = re.compile(r"\b(?:noon|midday)\b")
_EARLY = re.compile(r"\b(?:morning|mornin)\b")
_LATE = re.compile(r"\b(?:tonight|tonite|2nite|2night|tn|evening|afternoon|night)\b")
_WEEKDAY = re.compile(
    r"\b(mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|"
    r"sat(?:urday)?|sun(?:day)?)\b"
)
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def day(text: str, now: datetime) -> date | None:
    """The day that a text names, from `now` (local wall time) on; None when it names none."""
    plain = text.casefold()
    if _NEXT_DAY.search(plain):
        return now.date() + timedelta(days=1)
    if found := _WEEKDAY.search(plain):
        ahead = _WEEK.index(found[1][:3]) - now.weekday()
        return now.date() + timedelta(days=ahead % 7)
    return None


def moment(text: str, now: datetime, on: date | None = None) -> datetime | None:
    """The wall time that a text names, after `now` (aware, local) and in its zone.

    `on` is the day meant when the text names none. Without am or pm an hour is the next one at
    which people are awake. None when no hour is named or the moment is past.
    """
    plain = text.casefold()
    if found := _LENGTH.search(plain):
        return _after(now, found)
    clock = _clock(plain)
    if clock is None:
        return None
    hours, minute = clock
    first = day(text, now) or on
    days = [first or now.date()]
    if first is None or first == now.date():  # "monday at 9" said on a Monday at ten
        days.append(now.date() + timedelta(days=7 if first else 1))
    for date_ in days:
        for hour in hours:
            at = datetime.combine(date_, time(hour, minute), tzinfo=now.tzinfo)
            if at > now:
                return at
    return None


def _clock(plain: str) -> tuple[list[int], int] | None:
    """The hours of a day that may be meant, earliest first, and the minute."""
    if _NOON_WORD.search(plain):
        return [_NOON], 0
    whole = plain.strip(" .!?")
    if two := _TWO_HOURS.fullmatch(whole):
        plain = whole = f"{two[1]}{two[2] or ''}"
    named = [f for f in _CLOCK.finditer(plain) if any(f.group(1, 3, 4, 5)) or f[0].strip() == whole]
    if not named:
        return None
    hour, minute, half = int(named[0][2]), int(named[0][3] or 0), named[0][4]
    if not half and hour <= _NOON:
        half = "pm" if _LATE.search(plain) else "am" if _EARLY.search(plain) else None
    if half and hour <= _NOON:
        return [hour % _NOON + (_NOON if half[0] == "p" else 0)], minute
    if hour > _NOON or hour == 0:
        return [hour], minute
    both = sorted((hour % _NOON, hour % _NOON + _NOON))
    return [one for one in both if _AWAKE[0] <= one < _AWAKE[1]], minute


def _after(now: datetime, found: re.Match[str]) -> datetime:
    """So long from now, by elapsed time, whatever the clocks do meanwhile."""
    if found[3]:
        length = timedelta(minutes=int(found[3]))
    elif found[2]:
        length = timedelta(minutes=30)
    else:
        length = timedelta(hours=int(found[1]) if found[1].isdecimal() else 1)
    later = now.astimezone(UTC) + length
    return later.replace(second=0, microsecond=0).astimezone(now.tzinfo)
