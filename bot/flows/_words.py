"""Hellos and thanks that are said back by the very word the client used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.engine import Text

_TOKEN = re.compile(r"[\w']+")


def said_back(words: str, known: Mapping[str, str]) -> Text | None:
    """The text of the first known word in what was said; `known` maps words to text ids."""
    plain = words.casefold().replace("’", "'").replace("ʼ", "'")
    found = (known[token] for token in _TOKEN.findall(plain) if token in known)
    text_id = next(found, None)
    return Text(text_id) if text_id else None
