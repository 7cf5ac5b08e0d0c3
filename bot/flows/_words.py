"""Hellos and thanks that are said back by the very word the client used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.engine import Text
from bot.language.fold import fold

_TOKEN = re.compile(r"[\w']+")


def said_back(words: str, known: Mapping[str, str]) -> Text | None:
    """The text of the first known word in what was said, in any spelling of it.

    `known` maps words, in roman letters or syllabics, to text ids.
    """
    plain = words.replace("’", "'").replace("ʼ", "'")
    by_fold = {fold(word): text_id for word, text_id in known.items()}
    found = (by_fold[folded] for folded in map(fold, _TOKEN.findall(plain)) if folded in by_fold)
    text_id = next(found, None)
    return Text(text_id) if text_id else None
