"""Learns the words-like weights again from the labelled texts that ship with the program.

Use: python -m bot.triage.train tests/data/triage/dev_*.tsv tests/triage/learn_*.tsv
Only the texts under tests/ (MIT) are read; no client's text ever is, nor the held-out
ones. The same texts give the same weights. Needs numpy, which comes with the packages for tests;
the line itself does without.
"""

from __future__ import annotations

import hashlib
import math
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.triage.decide import weigh
from bot.triage.features import features
from bot.triage.neighbours import directions, spread
from bot.triage.reading import read
from bot.triage.rules import rules
from bot.triage.verdict import Tier
from bot.triage.words_like import KIND_WORDS, LONG, SHORT, WEIGHTS, Weights

Places = NDArray[np.intp]
Shares = NDArray[np.float64]

MUST_SEE = {"emergency", "urgent"}
ROUNDS = 6
STEP = 0.1
SHRINK = 3e-4
FOLDS = 5
SEED = 20261
#: Shares of ordinary texts that the layer alone may raise: of short ones, of those between, and
#: of long ones. Many of the texts were written to be mistaken: of real ones it raises a quarter.
FALSE_ALARMS = (0.0105, 0.0205, 0.035)
URGENT_AS_EMERGENCY = 0.26  # share of urgent texts that the layer alone may call an emergency
LENGTHS = ((0, SHORT), (SHORT + 1, LONG), (LONG + 1, sys.maxsize))  # in words
SMALLEST = 0.25  # weights below this are not kept


@dataclass(frozen=True)
class Example:
    """One labelled text: its level, its kind, its length in words, its facts and its words."""

    level: str
    kind: str
    length: int
    facts: tuple[tuple[str, float], ...]
    words: frozenset[str]


def texts_of(paths: Iterable[Path]) -> list[tuple[str, str, str]]:
    """(level, kind, text) of labelled files, each text once. Raises OSError, ValueError."""
    found: dict[str, tuple[str, str, str]] = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", "level\t")):
                level, kind, text = line.split("\t", 2)
                found.setdefault(text, (level, kind, text))
    return list(found.values())


def example(level: str, kind: str, text: str) -> Example:
    """What the layer sees of a text."""
    reading = read(text)
    words = reading.words[reading.fresh :]
    facts = features(words, weigh(reading).marks())
    every = (*facts.items(), *directions(facts))
    return Example(level, kind, len(words), every, frozenset(reading.words))


Rows = list[tuple[Places, Shares, bool]]


def learn(examples: Sequence[Example], wanted: set[str]) -> tuple[dict[str, float], float]:
    """Logistic regression: the weight of each fact and the start value.

    Weights begin at the naive Bayes log-ratios (the idea of Wang and Manning 2012, which helps
    with short texts) and are moved by AdaGrad (Duchi, Hazan, Singer 2011).
    """
    often = Counter(fact for one in examples for fact, _ in one.facts)
    place = {fact: at for at, fact in enumerate(fact for fact, many in often.items() if many > 1)}
    rows = [_row(one, place, one.level in wanted) for one in examples]
    weights = _log_ratios(rows, len(place))
    sums = np.full(len(place), 1e-4)
    order = random.Random(SEED)  # noqa: S311 -- a fixed shuffle, not a secret
    start, start_sum = 0.0, 1e-4
    for _ in range(ROUNDS):
        order.shuffle(rows)
        for places, shares, yes in rows:
            here = weights[places]
            score = start + float(here @ shares)
            error = 1 / (1 + math.exp(-max(-30.0, min(30.0, score)))) - yes
            start_sum += error * error
            start -= STEP * error / math.sqrt(start_sum)
            slope = error * shares + SHRINK * here
            sums[places] += slope * slope
            weights[places] = here - STEP * slope / np.sqrt(sums[places])
    return dict(zip(place, weights.tolist(), strict=True)), start


def _row(one: Example, place: Mapping[str, int], yes: bool) -> tuple[Places, Shares, bool]:
    known = [(place[fact], share) for fact, share in one.facts if fact in place]
    places = np.array([at for at, _ in known], dtype=np.intp)
    return places, np.array([share for _, share in known], dtype=np.float64), yes


def _log_ratios(rows: Rows, facts: int) -> Shares:
    """How much likelier each fact is in the wanted texts than in the others (natural log)."""
    counts = np.ones((2, facts))
    for places, _, yes in rows:
        counts[int(yes), places] += 1
    many = sum(yes for _, _, yes in rows)
    shares = counts / np.array([[len(rows) - many + 2], [many + 2]])
    ratios: Shares = np.log(shares[1] / shares[0])
    return ratios


def fit(examples: Sequence[Example]) -> Weights:
    """Both models from these examples; thresholds are left at zero."""
    see, see_start = learn(examples, MUST_SEE)
    seen = [one for one in examples if one.level in MUST_SEE]
    soon, soon_start = learn(seen, {"emergency"})
    see, soon = spread(see), spread(soon)
    facts = {
        fact: (round(see[fact], 2), round(soon.get(fact, 0.0), 2))
        for fact in see
        if abs(see[fact]) >= SMALLEST or abs(soon.get(fact, 0.0)) >= SMALLEST
    }
    return Weights(facts, (round(see_start, 3), round(soon_start, 3)), (0.0, 0.0, 0.0), 0.0)


def rule_examples() -> list[Example]:
    """The texts that the rules' own files say must raise them."""
    return [
        example("emergency" if rule.tier is Tier.P0 else "urgent", rule.kind, text)
        for rule in rules()
        if rule.tier
        for text in rule.fires
    ]


def fold_models(examples: Sequence[Example]) -> Iterator[tuple[list[int], Weights]]:
    """The places of each fold, and the models learned from all the others and from the rules."""
    always = rule_examples()
    order = list(range(len(examples)))
    random.Random(SEED).shuffle(order)  # noqa: S311 -- a fixed shuffle, not a secret
    for fold in range(FOLDS):
        held = order[fold::FOLDS]
        left_out = set(held)
        yield held, fit([one for at, one in enumerate(examples) if at not in left_out] + always)


def out_of_fold(examples: Sequence[Example]) -> list[tuple[float, float]]:
    """Both scores of each example by models that never saw it."""
    scores: list[tuple[float, float]] = [(0.0, 0.0)] * len(examples)
    for held, model in fold_models(examples):
        for at in held:
            scores[at] = model.scores(dict(examples[at].facts))
    return scores


def thresholds(
    examples: Sequence[Example], scores: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float, float], float]:
    """Where each model starts to speak, from out-of-fold scores."""
    both = list(zip(examples, scores, strict=True))
    ordinary = [(one.length, score[0]) for one, score in both if one.level == "ordinary"]
    urgent = [score[1] for one, score in both if one.level == "urgent"]
    short, between, long = (
        _top([score for length, score in ordinary if first <= length <= last], share)
        for (first, last), share in zip(LENGTHS, FALSE_ALARMS, strict=True)
    )
    return (short, between, long), _top(urgent, URGENT_AS_EMERGENCY)


def _top(scores: Iterable[float], share: float) -> float:
    ranked = sorted(scores, reverse=True)
    return round(ranked[int(share * len(ranked))], 3) if ranked else 0.0


def kind_words(examples: Sequence[Example]) -> list[tuple[str, str, float]]:
    """Words that tell one kind from the others, with how much (log-odds, smoothed)."""
    seen = [one for one in examples if one.level in MUST_SEE]
    kinds = Counter(one.kind for one in seen)
    counts = Counter((word, one.kind) for one in seen for word in one.words)
    totals = Counter(word for one in seen for word in one.words)
    found = []
    for (word, kind), count in sorted(counts.items()):
        others = (totals[word] - count + 0.5) / (len(seen) - kinds[kind] + 1)
        weight = math.log((count + 0.5) / (kinds[kind] + 1) / others)
        if count >= 3 and weight > 0.7:
            found.append((word, kind, round(weight, 2)))
    return found


def main(paths: Sequence[Path]) -> None:
    """Learns from labelled files and writes both weight files."""
    rows = texts_of(paths)
    examples = [example(*row) for row in rows]
    limits, emergency = thresholds(examples, out_of_fold(examples))
    model = fit(examples + rule_examples())
    digest = hashlib.sha256("\n".join("\t".join(row) for row in rows).encode()).hexdigest()
    head = (
        f"# Learned by python -m bot.triage.train from {len(rows)} texts that ship with it\n"
        f"# (dev_*.tsv and learn_*.tsv, MIT licence); sha256 of the texts: {digest}\n"
    )
    lines = [f"=start\t{model.start[0]}\t{model.start[1]}", f"=emergency\t0\t{emergency}"]
    lines += [
        f"={length}\t{limit}\t0"
        for length, limit in zip(("short", "between", "long"), limits, strict=True)
    ]
    lines += [f"{fact}\t{see}\t{soon}" for fact, (see, soon) in sorted(model.facts.items())]
    WEIGHTS.write_text(head + "\n".join(lines) + "\n", encoding="utf-8")
    words = [f"{word}\t{kind}\t{weight}" for word, kind, weight in kind_words(examples)]
    KIND_WORDS.write_text(head + "\n".join(words) + "\n", encoding="utf-8")
    print(f"{len(rows)} texts, {len(model.facts)} facts kept, thresholds {limits}, {emergency}")


if __name__ == "__main__":
    main([Path(name) for name in sorted(sys.argv[1:])])
