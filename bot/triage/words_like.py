"""Raises a text that no rule knows but whose words are like those of texts a person must see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.triage.features import features
from bot.triage.verdict import KINDS

WEIGHTS = Path(__file__).parent / "words_like.tsv"
KIND_WORDS = Path(__file__).parent / "kinds_like.tsv"
FEWEST = 5  # two or three words (and the end of the sentence) are the rules' business: "im 16"
SURE = 2.5  # log-odds by which both models together must be beyond where they begin to speak
ALONE = 5  # three words and the ends: nothing stands around a weak rule that could speak against it
SUPPORTS = -0.15  # from where on the words bear a weak rule out
FEW = 9  # words with the ends: up to here what a rule says of grave danger is hardly a tale
ALLOWS = -0.8  # from where on the words of so few do not speak against it
SHORT, LONG = 16, 55  # words: up to here a text message, and beyond there a post


@dataclass(frozen=True)
class Likeness:
    """What the layer says of a text: must a person see it, is it an emergency, and are its words
    such that a weak rule that fired in it may be believed, or at least one of grave danger.
    """

    must_see: bool
    emergency: bool
    supports: bool
    allows: bool = False


@dataclass(frozen=True)
class Weights:
    """Two logistic models over the same facts; a fact's pair is (must see, emergency).

    `threshold` is where "must see" begins to speak: in a short text, in one between, in a long
    one, since few words say little either way. `emergency` is where the other model begins, for
    every length: an emergency must be beyond both together, so that a text that hardly needs a
    person is not one, and one that surely does may be.
    """

    facts: dict[str, tuple[float, float]]
    start: tuple[float, float]
    threshold: tuple[float, float, float]
    emergency: float

    def speaking_from(self, threshold: tuple[float, float, float], emergency: float) -> Weights:
        """The same models that speak from other scores on."""
        return replace(self, threshold=threshold, emergency=emergency)

    def threshold_at(self, words: int) -> float:
        """The "must see" threshold of a text of so many words."""
        return self.threshold[(words > SHORT) + (words > LONG)]

    def scores(self, facts: dict[str, float]) -> tuple[float, float]:
        """The log-odds of both models."""
        see, emergency = self.start
        known = self.facts
        for fact, share in facts.items():
            pair = known.get(fact)
            if pair is not None:
                see += pair[0] * share
                emergency += pair[1] * share
        return see, emergency


@cache
def weights() -> Weights:
    """The weights that train.py wrote; their source is named in the file's first lines."""
    facts: dict[str, tuple[float, float]] = {}
    pairs: dict[str, tuple[float, float]] = {}  # many facts share one: a third of the memory
    for line in WEIGHTS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            fact, _, written = line.partition("\t")
            if written not in pairs:
                see, emergency = written.split("\t")
                pairs[written] = (float(see), float(emergency))
            facts[fact] = pairs[written]
    start, (short, _) = facts.pop("=start"), facts.pop("=short")
    (between, _), (long, _) = facts.pop("=between"), facts.pop("=long")
    return Weights(facts, start, (short, between, long), facts.pop("=emergency")[1])


@cache
def _kind_words() -> dict[str, list[tuple[str, float]]]:
    found: dict[str, list[tuple[str, float]]] = {}
    for line in KIND_WORDS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            word, kind, weight = line.split("\t")
            found.setdefault(word, []).append((kind, float(weight)))
    return found


def likeness(words: Sequence[str], rules: Iterable[str], model: Weights) -> Likeness:
    """How alike the words (and the rules that fired in them) are to texts a person must see."""
    see, emergency = model.scores(features(words, rules))
    beyond = see - model.threshold_at(len(words))
    must_see = len(words) >= FEWEST and beyond > 0
    return Likeness(
        supports=beyond > SUPPORTS or len(words) <= ALONE,
        allows=beyond > ALLOWS and len(words) <= FEW,
        must_see=must_see,
        emergency=must_see and beyond + emergency - model.emergency > SURE,
    )


def kind_like(words: Sequence[str]) -> str:
    """The kind whose words the text shares most; distress when it shares none."""
    totals = dict.fromkeys(KINDS, 0.0)
    for word in dict.fromkeys(words):  # each once, added up in the same order in every process
        for kind, weight in _kind_words().get(word, ()):
            totals[kind] += weight
    best = max(totals, key=lambda kind: totals[kind])
    return best if totals[best] > 0 else "distress"
