"""Reads hours as people text them: "10-16", "9am to 5pm", "2h", "until 23:00"."""

from __future__ import annotations

import re

_TIME = r"([01]?\d|2[0-4])(?:[:h.]([0-5]\d))?\s*(am|pm|a\.m\.|p\.m\.)?"
_RANGE = re.compile(rf"(?:from\s+)?{_TIME}\s*(?:-|to|until|till|–|—)\s*{_TIME}")
_ONE = re.compile(rf"(?:at\s+|until\s+|till\s+)?{_TIME}")
_LENGTH = re.compile(
    r"(?:for\s+)?(?:(\d{1,2})\s*(?:h|hr|hrs|hour|hours))?\s*(?:(\d{1,3})\s*(?:m|min|mins|minutes)?)?"
)
_DAY = 24 * 60


def hours(text: str) -> tuple[int, int] | None:
    """(from, until) in minutes after midnight; None when that is not what the text says.

    Without am or pm the numbers are of a 24 hour clock, and "9-5" ends in the afternoon.
    """
    found = _RANGE.fullmatch(_plain(text))
    if found is None:
        return None
    first = _minutes(found[1], found[2], found[3])
    last = _minutes(found[4], found[5], found[6])
    if last <= first and not (found[3] or found[6]) and last + _DAY // 2 > first and last < 12 * 60:
        last += _DAY // 2
    return None if first == last else (first % _DAY, last % _DAY)


def wall_time(text: str) -> int | None:
    """Minutes after midnight of "23:00", "11pm" or "until 23:00"; a bare number is no time."""
    found = _ONE.fullmatch(_plain(text))
    if found is None or not (found[2] or found[3]):
        return None
    return _minutes(found[1], found[2], found[3]) % _DAY


def length(text: str) -> int | None:
    """Minutes of "2h", "90 min", "1h30" or "2 hours"; None when it is no length."""
    plain = _plain(text)
    found = _LENGTH.fullmatch(plain)
    if found is None or not (found[1] or found[2]) or plain.removeprefix("for ").isdecimal():
        return None
    return int(found[1] or 0) * 60 + int(found[2] or 0)


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    h = int(hour)
    if half:
        h = h % 12 + (12 if half[0] == "p" else 0)
    return h * 60 + int(minute or 0)


def _plain(text: str) -> str:
    return " ".join(text.casefold().strip().strip(".!").split())
