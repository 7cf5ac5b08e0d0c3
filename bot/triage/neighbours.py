"""Lets what is learned of one word count for others that people use in its place.

Used only while learning: the line itself reads finished weights, one for each word. The vectors
(tests/data/triage/word_vectors.tsv) say which words are used alike; their source stands in NOTICE.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

VECTORS = Path(__file__).parents[2] / "tests" / "data" / "triage" / "word_vectors.tsv"
SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
STEP, MIDDLE = 0.05, 32  # a sign's place in SIGNS, less the middle, times the step
SIZE = 64
#: What a word's fact begins with where it stands by itself, and soon after "I" or "me".
PLACES = ("", "me>")


@cache
def vectors() -> dict[str, tuple[float, ...]]:
    """The vector of each known word: SIZE numbers of about -1.6 to 1.6."""
    values = {sign: round((place - MIDDLE) * STEP, 2) for place, sign in enumerate(SIGNS)}
    found: dict[str, tuple[float, ...]] = {}
    for line in VECTORS.read_text(encoding="utf-8").splitlines():
        word, signs = line.split("\t")
        found[word] = tuple(values[sign] for sign in signs)
    return found


def directions(facts: Mapping[str, float]) -> list[tuple[str, float]]:
    """The facts' words added up as vectors: further facts to learn from, SIZE for each place."""
    known = vectors()
    sums = {place: [0.0] * SIZE for place in PLACES}
    for fact, share in facts.items():
        place, _, word = fact.rpartition(">")
        vector = known.get(word)
        total = sums.get(place + ">" if place else "")
        if vector is not None and total is not None and "<" not in fact:
            for at, value in enumerate(vector):
                total[at] += value * share
    return [
        (f"~{place}{at}", value)
        for place, total in sums.items()
        for at, value in enumerate(total)
        if value
    ]


def spread(weights: Mapping[str, float], places: Iterable[str] = PLACES) -> dict[str, float]:
    """The same weights without directions: every known word's own weight takes them in."""
    plain = {fact: weight for fact, weight in weights.items() if not fact.startswith("~")}
    for place in places:
        along = [weights.get(f"~{place}{at}", 0.0) for at in range(SIZE)]
        for word, vector in vectors().items():
            fact = place + word
            plain[fact] = plain.get(fact, 0.0) + sum(map(float.__mul__, along, vector))
    return plain
