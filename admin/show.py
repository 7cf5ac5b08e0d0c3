"""How times, ages, numbers and a client's words are shown on a page."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_datetime
from flask import current_app
from markupsafe import Markup, escape

from admin.strings import ENGLISH, locale, t
from bot.language.dates import WEEKDAYS, format_when
from bot.language.unbroken import pieces
from bot.line import Line

MASK = "••••"
#: Joins the parts of one emoji: not a mark that can deceive.
_ZERO_WIDTH_JOINER = "\u200d"
_PLAIN = frozenset("\n\t" + _ZERO_WIDTH_JOINER)
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_MOST_MARKS = 4


def the_line() -> Line:
    """The line that this app serves."""
    line: Line = current_app.extensions["line"]
    return line


def when(instant: datetime | None) -> str:
    """Weekday, day and wall time at the line's zone; empty for None."""
    if instant is None:
        return ""
    local = the_line().local(instant).replace(tzinfo=None)
    if locale() in WEEKDAYS and locale() != ENGLISH:
        return format_when(local, locale())
    return format_datetime(local, "EEE d MMM, HH:mm", locale=locale())


def day_and_month(day: date) -> str:
    """Such as 30 Nov; in digits where a language has no names of months in print."""
    if locale().startswith("iu"):
        return day.isoformat()[5:]
    return format_date(day, "d MMM", locale=locale())


def age(instant: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    length = max(the_line().now() - instant, timedelta())
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return t("age.now")
    if minutes < 60:
        return t("age.minutes", n=minutes)
    if minutes < 24 * 60:
        return t("age.hours", n=minutes // 60)
    return t("age.days", n=minutes // (24 * 60))


def masked(number: str) -> str:
    """Only the last two digits."""
    return f"{MASK} {number[-2:]}"


def visible(words: str) -> Markup:
    """Escaped words in which everything that hides, turns round or piles up is a visible mark."""
    parts: list[str] = []
    marks = 0
    for sign in words.replace("\r\n", "\n"):
        category = unicodedata.category(sign)
        marks = marks + 1 if category.startswith("M") else 0
        if marks > _MOST_MARKS:
            continue
        if category in _HIDDEN and sign not in _PLAIN:
            parts.append(_mark(sign))
        else:
            parts.append(str(escape(sign)))
    return Markup("").join(Markup(part) for part in parts)  # noqa: S704 - each part is escaped


def unbroken(words: str) -> Markup:
    """As `visible`, and no line of a screen breaks a phone number or a date in them."""
    whole = Markup('<span class="number">{}</span>')
    return Markup("").join(
        whole.format(part) if is_whole else visible(part) for is_whole, part in pieces(words)
    )


def _mark(sign: str) -> str:
    return f'<span class="mark">U+{ord(sign):04X}</span>'


def excerpt(words: str, length: int = 40) -> Markup:
    """The first `length` characters on one line, with marks made visible."""
    line = " ".join(words.split())
    return visible(line if len(line) <= length else line[: length - 1] + "…")
