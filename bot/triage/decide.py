"""Decides how urgent a text is and says why; it never closes an alert and never asks anyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.triage.context import Surroundings
from bot.triage.inuktitut import inuktitut_signals
from bot.triage.patterns import ENDS, Found
from bot.triage.reading import Reading, read
from bot.triage.rules import Owner, Rule, finder, whole_messages
from bot.triage.verdict import KINDS, Signal, Tier, Verdict
from bot.triage.words_like import Likeness, Weights, kind_like, likeness, weights

Weighed = tuple[Tier, Signal]
Hints = dict[str, tuple[float, Signal]]
ENOUGH = 3.0  # points that small signs need together
SHORT = 60  # words: a longer text needs more
MORE_EVERY = 120  # words of a longer text for each further point


@dataclass(frozen=True)
class Signs:
    """What the rules found: `sure` ones raise a text by themselves, `weak` ones only where the
    words around are like those of a text that a person must see; hints have points.
    """

    sure: list[Weighed]
    weak: list[Weighed]
    hints: Hints

    def marks(self) -> set[str]:
        """The facts that the words-like layer learns from: rules, tiers, "not" and laughter."""
        weighed = self.sure + self.weak
        found = {signal.rule for _, signal in weighed} | self.hints.keys()
        found |= {str(tier) for tier, _ in weighed}
        found |= {"not" for _, signal in weighed if signal.negated}
        return found | {"joking" for _, signal in weighed if signal.joking}


def triage(text: str, earlier: Sequence[str] = ()) -> Verdict:
    """How urgent `text` is.

    `earlier` are the same contact's texts of the last 30 minutes, oldest first: a message may
    come in pieces, so they are read together, but only what the newest text adds counts. It may
    as well begin anew: what is graver counts.
    """
    return judge(text, earlier, weights())


def judge(text: str, earlier: Sequence[str], model: Weights) -> Verdict:
    """`triage` with given weights of the words-like layer, so that it can be measured."""
    weighed = _weighed(read(text, earlier), model)
    if earlier:
        weighed += _weighed(read(text, earlier, apart=True), model)
    return _verdict(weighed + inuktitut_signals(text, earlier))


def _weighed(reading: Reading, model: Weights) -> list[Weighed]:
    """What counts in the newest text, read in one way."""
    signs = weigh(reading)
    fresh = reading.words[reading.fresh :]
    like = likeness(fresh, signs.marks(), model)
    weighed = signs.sure + _whole(fresh)
    if like.supports or weighed:
        weighed += signs.weak
    elif like.allows:
        weighed += [(tier, signal) for tier, signal in signs.weak if tier <= Tier.P1]
    if like.supports:
        weighed += _added_up(signs.hints, len(fresh))
    return weighed + _alike(fresh, weighed, like)


def weigh(reading: Reading) -> Signs:
    """Everything that the rules say of a text, before it is decided what counts."""
    found = finder().find(reading.words)
    around = Surroundings(reading, found)
    signs = Signs([], [], {})
    heard = _heard_before(reading, found)
    for one in found:
        if heard and one.owner in heard and _begins_before(one, reading):
            continue  # it reaches into the newest text by a few words or by its end: nothing new
        result = _weigh(around, one, reading.fresh)
        if result is None or not isinstance(one.owner, Rule):
            continue
        tier, signal = result
        if tier is None or one.owner.weak:
            signs.hints[one.owner.name] = (one.owner.points, signal)
        if tier is not None:
            (signs.weak if one.owner.weak else signs.sure).append((tier, signal))
    return signs


def _heard_before(reading: Reading, found: Sequence[Found[Owner]]) -> frozenset[Owner]:
    """Which rules the earlier texts set off by themselves, where that can matter."""
    if not any(one.end > reading.fresh and _begins_before(one, reading) for one in found):
        return frozenset()
    earlier = (*reading.words[: reading.fresh], ".")
    return frozenset(one.owner for one in finder().find(earlier))


def _begins_before(one: Found[Owner], reading: Reading) -> bool:
    """Whether a word of it stands in an earlier text; the stop before the newest is no word."""
    return one.start + (reading.words[one.start] in ENDS) < reading.fresh


def _weigh(
    around: Surroundings, one: Found[Owner], fresh: int
) -> tuple[Tier | None, Signal] | None:
    if not isinstance(one.owner, Rule) or one.end <= fresh:
        return None
    return around.weigh(one.owner, one)


def _whole(words: Sequence[str]) -> list[Weighed]:
    """HELP, SOS, 911 and their like, when nothing else is written."""
    said = [word for word in words if word not in ENDS]
    if not said or len(said) > 2 or not whole_messages().issuperset(said):
        return []
    return [(Tier.P1, Signal("help", "whole-message", "en", 0.7))]


def _added_up(hints: Hints, words: int) -> list[Weighed]:
    """Small signs count when enough different ones meet."""
    needed = ENOUGH + max(0, words - SHORT) / MORE_EVERY
    if sum(points for points, _ in hints.values()) < needed:
        return []
    return [(Tier.P2, signal) for _, signal in hints.values()]


def _alike(words: Sequence[str], weighed: Sequence[Weighed], like: Likeness) -> list[Weighed]:
    """The words-like layer: it may raise a text, never lower one.

    It cannot hear a "not", a laugh or "years ago", so where a rule did it does not speak of an
    emergency.
    """
    lowered = any(signal.negated or signal.joking or signal.past for _, signal in weighed)
    if not like.must_see:
        return []
    kind = _said(weighed) or kind_like(words)
    tier, weight = (Tier.P0, 0.6) if like.emergency and not lowered else (Tier.P2, 0.3)
    return [(tier, Signal(kind, "words-like:" + kind, "en", weight))]


def _said(weighed: Sequence[Weighed]) -> str | None:
    """The kind of what a rule said of some weight: surer than the kind whose words it shares."""
    tier, first = min(weighed, key=_rank, default=(Tier.P3, None))
    return first.kind if first and tier <= Tier.P1 else None


def _rank(weighed: Weighed) -> tuple[Tier, float, float, str]:
    tier, signal = weighed
    return tier, -signal.weight, _place(signal), signal.rule


def _verdict(weighed: Iterable[Weighed]) -> Verdict:
    best: dict[str, Weighed] = {}
    for tier, signal in weighed:
        key = signal.rule
        if key not in best or (tier, -signal.weight) < (best[key][0], -best[key][1].weight):
            best[key] = (tier, signal)
    ranked = sorted(best.values(), key=_rank)
    if not ranked:
        return Verdict(Tier.P3.level, Tier.P3, None, ())
    tier, first = ranked[0]
    return Verdict(tier.level, tier, first.kind, tuple(signal for _, signal in ranked))


def _place(signal: Signal) -> float:
    """Where a kind stands among equals. Of somebody else who took too much, what to do for a
    body that will not wake comes before what to do for a wish to die."""
    if signal.kind == "suicide" and signal.third_person:
        return KINDS.index("overdose") + 0.5
    return KINDS.index(signal.kind)
