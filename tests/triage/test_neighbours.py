"""What is learned of one word counts for its neighbours, and their vectors are those of NOTICE."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from bot.triage.features import features
from bot.triage.neighbours import SIGNS, SIZE, VECTORS, directions, spread, vectors
from bot.triage.train import Example, fit

NOTICE = Path(__file__).parents[2] / "NOTICE"


def test_the_vectors_are_those_that_notice_names() -> None:
    digest = hashlib.sha256(VECTORS.read_bytes()).hexdigest()
    assert f"{digest} {VECTORS.name}" in NOTICE.read_text(encoding="utf-8")


def test_every_word_has_a_vector_of_one_size_and_stands_once() -> None:
    lines = VECTORS.read_text(encoding="utf-8").splitlines()
    assert len(vectors()) == len(lines) > 20_000
    assert {len(vector) for vector in vectors().values()} == {SIZE} and len(SIGNS) == 64


@pytest.mark.parametrize(("word", "alike", "other"), [("knife", "pistol", "kettle"),
    ("sad", "lonely", "seven")])  # fmt: skip
def test_words_that_are_used_alike_lie_near(word: str, alike: str, other: str) -> None:
    def near(one: str) -> float:
        pairs = zip(vectors()[word], vectors()[one], strict=True)
        return sum(a * b for a, b in pairs)

    assert near(alike) > near(other)


def test_a_word_that_was_never_seen_takes_after_its_neighbours() -> None:
    def seen(level: str, word: str) -> Example:
        facts = features([word], ())
        return Example(level, "violence", 5, (*facts.items(), *directions(facts)), frozenset())

    model = fit([seen("urgent", "stabbed"), seen("ordinary", "cake")] * 20)
    assert model.scores({"wounded": 1.0})[0] > model.scores({"dessert": 1.0})[0]


def test_a_word_soon_after_i_has_a_weight_of_its_own() -> None:
    facts = features(("i", "am", "hurt", ".", "kettle"), ())
    assert {"me>am", "me>hurt"} <= facts.keys() and "me>." not in facts
    places = {fact.rstrip("0123456789") for fact, _ in directions(facts)}
    assert places == {"~", "~me>"}


def test_finished_weights_hold_no_direction() -> None:
    plain = spread({"~0": 1.0, "~me>0": 2.0, "tea pot": 3.0})
    assert not [fact for fact in plain if fact.startswith("~")]
    first = vectors()["knife"][0]
    assert (plain["knife"], plain["me>knife"], plain["tea pot"]) == (first, 2 * first, 3.0)
