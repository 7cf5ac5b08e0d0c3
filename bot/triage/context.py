"""Weighs what was found by what stands around it: who, when, not, a joke, a film, a hunt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

from bot.triage.patterns import ENDS, NEGATORS, Found
from bot.triage.reading import Reading, word_classes
from bot.triage.rules import Guard, Owner, Rule, Unless
from bot.triage.verdict import Signal, Tier

ME = word_classes()["first_person"]
THIRD = word_classes()["third_person"]
PASSED = word_classes()["passed_by_not"]
REACH_OF_NOT = 5
REACH_OF_JOKE = 12
REACH_OF_WHO = 4
NEVER_ZERO = frozenset({"suicide", "overdose", "self_harm"})
BASE = {Tier.P0: 1.0, Tier.P1: 0.7, Tier.P2: 0.4, Tier.P3: 0.1}


class Surroundings:
    """One reading with what was found in it, ready to weigh each rule."""

    def __init__(self, reading: Reading, found: Sequence[Found[Owner]]) -> None:
        self.reading = reading
        ends = (word in ENDS for word in reading.words)
        self.sentence = tuple(accumulate(ends, lambda n, end: n + end, initial=0))
        self.unless = {
            (f.owner.rule, self._sentence_of(f)) for f in found if isinstance(f.owner, Unless)
        }
        self.guards = [(f.owner, self._sentence_of(f)) for f in found if isinstance(f.owner, Guard)]

    def _sentence_of(self, found: Found[Owner]) -> int:
        # By its last word: a pattern may begin with the end of the sentence before.
        return self.sentence[found.end - 1]

    def weigh(self, rule: Rule, found: Found[Owner]) -> tuple[Tier | None, Signal] | None:
        """The tier left to the rule in this place (None for a hint), or None when it is quiet."""
        place = self._sentence_of(found)
        effects = self._effects(rule.kind, place)
        if (rule.name, place) in self.unless or "drop" in effects:
            return None
        negated, even = self._negated(found.start)
        joking = not rule.serious and self._joking(found)
        past = "past" in effects
        if rule.tier is None and (negated or joking):
            return None
        tier = rule.tier and _left(rule, negated, even, past + ("lower" in effects), joking)
        if tier is Tier.P3:
            return None
        third = self._third(found)
        signal = Signal(
            kind=rule.kind,
            rule=rule.name,
            language=rule.language,
            weight=_weight(rule, third, past, negated, joking),
            negated=negated,
            third_person=third,
            past=past,
            joking=joking,
        )
        return tier, signal

    def _third(self, found: Found[Owner]) -> bool:
        """Whether the words speak of somebody else: in themselves, or just before them."""
        words = self.reading.words
        span = words[found.start : found.end]
        if ME.intersection(span):
            return False
        if THIRD.intersection(span):
            return True
        for word in reversed(words[max(found.start - REACH_OF_WHO, 0) : found.start]):
            if word in ENDS or word in ME or word in THIRD:
                return word in THIRD
        return False

    def _effects(self, kind: str, place: int) -> set[str]:
        return {
            guard.effect
            for guard, where in self.guards
            if (not guard.kinds or kind in guard.kinds)
            and (guard.reach == "text" or where == place)
        }

    def _joking(self, found: Found[Owner]) -> bool:
        near = range(found.start - REACH_OF_JOKE, found.end + REACH_OF_JOKE + 1)
        return any(place in near for place in self.reading.jokes)

    def _negated(self, start: int) -> tuple[bool, bool]:
        """Whether "not" bears on the words from `start`, and whether it was "not even"."""
        words = self.reading.words
        for at in range(start - 1, max(start - 1 - REACH_OF_NOT, -1), -1):
            if words[at] in NEGATORS:
                return True, words[at + 1] == "even"
            if words[at] not in PASSED:
                break
        return False, False


def _left(rule: Rule, negated: bool, even: bool, lower: int, joking: bool) -> Tier:
    assert rule.tier is not None
    tier = rule.tier
    if negated:
        tier = tier.lowered(1) if even else tier.lowered(2 if tier is Tier.P0 else 1)
    tier = tier.lowered(lower) if tier is not Tier.P2 else tier
    if joking:
        tier = tier.lowered()
    if tier is Tier.P3 and rule.kind in NEVER_ZERO and rule.tier is not Tier.P2:
        return Tier.P2
    return tier


def _weight(rule: Rule, third: bool, past: bool, negated: bool, joking: bool) -> float:
    """Shares of domain practice: friend 0.9, past 0.4, not 0.2, joke 0.5."""
    weight = BASE[rule.tier] if rule.tier else min(rule.points / 10, 0.3)
    factors: Iterable[float] = (
        0.9 if third else 1.0,
        0.4 if past else 1.0,
        0.2 if negated else 1.0,
        0.5 if joking else 1.0,
    )
    for factor in factors:
        weight *= factor
    return round(weight, 3)
