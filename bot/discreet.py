"""Finds words that would tell whoever else reads a phone what the line is about."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from bot.language.transliterate import transliterate

LISTS = Path(__file__).parent / "locales" / "discreet.toml"


def telling_words(words: str) -> tuple[str, ...]:
    """The words in this text that no text may hold unasked, as they stand, in any language."""
    roman = transliterate(words, "Latn")
    return tuple(dict.fromkeys(match[0].lower() for match in _pattern().finditer(roman)))


@cache
def _pattern() -> re.Pattern[str]:
    lists = tomllib.loads(LISTS.read_text(encoding="utf-8"))
    words = [word for name in ("en", "iu", "fr") for word in lists[name]]
    parts = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"\b(?:{'|'.join(parts)})\b", re.IGNORECASE)
