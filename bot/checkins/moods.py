"""Understands "so so", "im not good" and the like as an answer to "How are you?"."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from bot.keywords import fold

_ASKING = re.compile(r"(?:please|pls|plz|help|call|can (?:u|you) call)\b")
OK, SO_SO, NOT_OK = "ok", "so_so", "not_ok"
DIGITS = {"1": OK, "2": SO_SO, "3": NOT_OK}
_IN_FRONT = frozenset(
    (
        *("i", "i'm", "im", "am", "i've", "it's", "its", "things", "are", "today", "feel"),
        *("feeling", "felt", "doing", "just", "a", "bit", "little", "kinda", "kind", "of"),
        *("pretty", "really", "very", "so"),
    )
)
_BEHIND = frozenset(("today", "now", "tonight", "rn", "lately"))


@cache
def _listed() -> dict[str, str]:
    text = (files(__package__) / "moods.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and line[0] != "#"]
    return {fold(words) or words: mood for mood, ways in rows for words in ways.split(",")}


def mood(words: str) -> str | None:
    """ok, so_so or not_ok when the whole text says so in words; None when it says more or else."""
    plain = fold(words) or words.strip()
    digit, _, rest = plain.partition(" ")
    if rest and (meant := DIGITS.get(digit.rstrip(".):"))) is not None:
        # "3 not ok", as the question said it; "3 please call me" is no less than 3.
        return meant if _ASKING.match(rest) or _in_words(rest) == meant else None
    return _in_words(plain)


def _in_words(plain: str) -> str | None:
    known = _listed()
    while plain:
        if plain in known:
            return known[plain]
        first, _, rest = plain.partition(" ")
        before, _, last = plain.rpartition(" ")
        if first not in _IN_FRONT and last not in _BEHIND:
            return None
        plain = rest if first in _IN_FRONT else before
    return None
