"""A first text that holds a card's word: we know where they heard of us, and answer as ever."""

from __future__ import annotations

import re

from sqlalchemy import select

from bot.case import Case
from bot.discreet import telling_words
from bot.keywords import OPT_OUT, fold
from bot.line import Line
from records.models import Reached, Source

_WORD = re.compile(r"[a-z]{3,24}")
#: The carrier takes these for itself.
_TAKEN = frozenset({"start", "yes", "unstop", "help", "info", "aide", "sos"})


def is_word(line: Line, word: str) -> bool:
    """May this stand on a card? Plain, telling nobody anything, and nothing else's word."""
    if not _WORD.fullmatch(word) or word in _TAKEN or fold(word) in OPT_OUT or telling_words(word):
        return False
    vocabulary = line.vocabulary
    return vocabulary.answer(word) is None and vocabulary.flow_for(word) is None


def remember(case: Case) -> bool:
    """Notes the card of somebody who texts for the first time; True when the word was all."""
    if case.person.contact.next_seq != 2 or not case.words.strip():
        return False
    words = re.findall(r"[a-z]{3,24}", case.words.casefold())
    source = case.session.scalar(
        select(Source).where(Source.word.in_(words[:8]), Source.ended_at.is_(None)).limit(1)
    )
    if source is None:
        return False
    case.session.add(Reached(contact_id=case.contact.id, source_id=source.id, at=case.now))
    case.note("reached", source.word)
    return len(words) == 1
