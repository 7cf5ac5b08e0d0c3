"""Decides how urgent a text is and says why; it never closes an alert and never asks anyone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.triage.context import Surroundings
from bot.triage.inuktitut import inuktitut_signals
from bot.triage.patterns import ENDS, Found
from bot.triage.reading import Reading, read
from bot.triage.rules import Owner, Rule, finder, whole_messages
from bot.triage.verdict import KINDS, Signal, Tier, Verdict
from bot.triage.words_like import Weights, kind_like, likeness, weights

Weighed = tuple[Tier, Signal]
Hints = dict[str, tuple[float, Signal]]
ENOUGH = 3.0  # points that small signs need together
SHORT = 60  # words: in a longer text a weak rule is only a small sign
MORE_EVERY = 120  # words of a longer text for each further point


def triage(text: str, earlier: Sequence[str] = ()) -> Verdict:
    """How urgent `text` is.

    `earlier` are the same contact's texts of the last 30 minutes, oldest first: a message may
    come in pieces, so they are read together, but only what the newest text adds counts.
    """
    return judge(text, earlier, weights())


def judge(text: str, earlier: Sequence[str], model: Weights) -> Verdict:
    """`triage` with given weights of the words-like layer, so that it can be measured."""
    reading = read(text, earlier)
    weighed, hints = weigh(reading)
    fresh = reading.words[reading.fresh :]
    weighed += _whole(fresh)
    weighed += _added_up(hints, len(fresh))
    weighed += _alike(fresh, weighed, hints, model)
    weighed += inuktitut_signals(text, earlier)
    return _verdict(weighed)


def weigh(reading: Reading) -> tuple[list[Weighed], Hints]:
    """The rules that raise a text by themselves, and the small signs with their points."""
    found = finder().find(reading.words)
    around = Surroundings(reading, found)
    long = len(reading.words) - reading.fresh > SHORT
    weighed: list[Weighed] = []
    hints: Hints = {}
    for one in found:
        result = _weigh(around, one, reading.fresh)
        if result is None or not isinstance(one.owner, Rule):
            continue
        tier, signal = result
        if tier is None or (long and one.owner.weak):
            hints[one.owner.name] = (one.owner.points, signal)
        else:
            weighed.append((tier, signal))
    return weighed, hints


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


def _alike(
    words: Sequence[str], weighed: Sequence[Weighed], hints: Hints, model: Weights
) -> list[Weighed]:
    """The words-like layer: it may raise a text, never lower one.

    It cannot hear a "not" or a laugh, so where a rule did it does not speak of an emergency.
    """
    like = likeness(words, {signal.rule for _, signal in weighed} | hints.keys(), model)
    lowered = any(signal.negated or signal.joking for _, signal in weighed)
    emergency = like.emergency and not lowered
    if not (like.must_see or (weighed and emergency)):
        return []
    kind = kind_like(words)
    tier, weight = (Tier.P0, 0.6) if emergency else (Tier.P2, 0.3)
    return [(tier, Signal(kind, "words-like:" + kind, "en", weight))]


def _verdict(weighed: Iterable[Weighed]) -> Verdict:
    best: dict[str, Weighed] = {}
    for tier, signal in weighed:
        key = signal.rule
        if key not in best or (tier, -signal.weight) < (best[key][0], -best[key][1].weight):
            best[key] = (tier, signal)
    ranked = sorted(
        best.values(), key=lambda w: (w[0], -w[1].weight, KINDS.index(w[1].kind), w[1].rule)
    )
    if not ranked:
        return Verdict(Tier.P3.level, Tier.P3, None, ())
    tier, first = ranked[0]
    return Verdict(tier.level, tier, first.kind, tuple(signal for _, signal in ranked))
