"""Chooses the first reply that fits what somebody in danger told."""

from __future__ import annotations

from bot import intents
from bot.case import Case
from bot.triage import Level

#: The kind of trouble that is a place to sleep.
_BED = "housing"
_LIKE = "words-like:"
#: What is said of these would puzzle, or give away, where only the sound of a text is like it.
_NOT_ON_A_GUESS = ("suicide", "self_harm", "sexual_assault", "held", "wants_out")


def reply_kind(case: Case) -> str:
    """The first reply that fits; on a mere likeness the general one rather than a grave word."""
    verdict = case.verdict
    kind = verdict.kind or "generic"
    if verdict.level is Level.EMERGENCY or kind not in _NOT_ON_A_GUESS:
        return kind
    is_guess = all(signal.rule.startswith(_LIKE) for signal in verdict.signals)
    return "generic" if is_guess else kind


def needs_bed(case: Case) -> bool:
    """Is a place tonight part of it, whatever else the text is about?"""
    asked = intents.match(case.words)
    said = {signal.rule for signal in case.verdict.signals if signal.kind == _BED}
    return (asked is not None and asked.flow == "shelter") or bool(said - {_LIKE + _BED})
