"""Which texts belong to a report: they are never kept in the thread, only until it is filed."""

from __future__ import annotations

import re

from bot import keywords
from bot.triage import Level, Tier, Verdict, triage
from records.models import Question

FLOW = "safety_note"
#: Steps that take free words; whoever gets there has said that it is over and that they are safe.
FREE = ("what", "plate", "phone")
#: Marks the texts of a report until it is filed.
MARK = "note"
QUIET = Verdict(Level.ROUTINE, Tier.P3, MARK, ())
#: What a report is about: said of the past by somebody who is safe, it is no alert.
_ABOUT = frozenset({"violence", "sexual_assault", "threats", "stranded", "police", "distress"})
_NOW = re.compile(
    r"\b(?:now|help|still|here|outside|coming|comin|hurry|tonight|911|scared|hiding|follow\w*"
    r"|bleeding|hurt bad|cant|can't|cannot|won't stop|wont stop|not safe|unsafe|not ok"
    r"|please|pls|back|again|right here|has (?:a|my)"
    r"|(?:is|are|he'?s|she'?s|they'?re|i'?m) (?:\w+ )?\w+(?:ing|in))\b"
)


def is_part(waiting: Question | None, words: str) -> bool:
    """Is this the next piece of a report, and neither a cry for help nor a word of the line?

    A thing that happens now is triaged as any text.
    """
    if waiting is None or not is_free(waiting) or not words.strip():
        return False
    if keywords.opt_out_word(words) or keywords.is_start(words) or keywords.flow_for(words):
        return False
    verdict = triage(words)
    if verdict.level is Level.ROUTINE:
        return True
    signals = [signal for signal in verdict.signals if not signal.negated]
    # A rule knows what it saw; a likeness counts only where no rule speaks.
    by_rule = [one for one in signals if not one.rule.startswith("words-like:")]
    kinds = {one.kind for one in by_rule or signals}
    return kinds <= _ABOUT and not _NOW.search(keywords.fold(words))


def is_free(question: Question) -> bool:
    """Does this question of a report take free words?"""
    return question.flow == FLOW and question.step in FREE
