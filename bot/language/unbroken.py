"""Finds in a text what no line of a screen may break: a phone number or a date."""

from __future__ import annotations

import re

#: Digits with hyphens between them, not so long that they are wider than a phone's screen.
_WHOLE = re.compile(r"((?<![\w-])\+?\d{1,4}(?:-\d{1,4}){1,4}(?![\w-]))")


def pieces(words: str) -> list[tuple[bool, str]]:
    """The words in order; True for a phone number or a date. Pure."""
    return [(bool(n % 2), part) for n, part in enumerate(_WHOLE.split(words)) if part]
