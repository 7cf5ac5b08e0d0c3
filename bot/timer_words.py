"""What a client may text about their timer: how long, longer, on the way, arrived, digits."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from bot.calendar.rule import instant
from bot.case import Case
from bot.keywords import fold
from bot.language import spans

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=12)
_DIGITS = re.compile(r"[0-9]{4,8}")
_STARTS = ("safe ",)
_GOES_ON = ("safe ", "more ", "extend ", "extended ", "plus ")
_ON_WAY = frozenset({"on my way", "omw", "on the way", "en route", "en chemin"})
_ARRIVED = frozenset(
    (
        *("arrived", "here", "im here", "i'm here", "i am here", "home", "im home"),
        *("arrivé", "arrivée", "je suis arrivé", "je suis arrivée", "chez moi"),
    )
)


def starts_at(case: Case) -> datetime | None:
    """The end that "safe 2h" or "safe until 23:00" names, or None."""
    return _until(case, _STARTS)


def goes_on_until(case: Case) -> datetime | None:
    """The same for "more 1h" and its like, said while a timer runs."""
    return _until(case, _GOES_ON)


def is_on_way(words: str) -> bool:
    """Says the whole text that they are on their way?"""
    return fold(words) in _ON_WAY


def has_arrived(words: str) -> bool:
    """Or that they are there?"""
    return fold(words) in _ARRIVED


def digits(words: str) -> str | None:
    """The digits that may end a timer, when the text is nothing else."""
    plain = fold(words).replace(" ", "")
    return plain if _DIGITS.fullmatch(plain) else None


def _until(case: Case, begins: tuple[str, ...]) -> datetime | None:
    plain = fold(case.words)
    if not plain.startswith(begins):
        return None
    rest = plain.split(" ", 1)[1]
    length, wall = spans.length(rest), spans.wall_time(rest)
    if length is not None:
        end = case.now + timedelta(minutes=length)
    elif wall is not None:
        day = case.line.local(case.now).date()
        clock = time(wall // 60, wall % 60)
        ends = (
            instant(datetime.combine(day + n * timedelta(days=1), clock), case.line.config.zone)
            for n in (0, 1)
        )
        end = next((at for at in ends if at > case.now), case.now)
    else:
        return None
    return end if SHORTEST <= end - case.now <= LONGEST else None
