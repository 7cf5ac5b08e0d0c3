"""Forms: branching, weights and cut-offs, and what a poor form is told."""

from __future__ import annotations

from typing import Any

import pytest

from admin import form_fields
from bot.program import forms

CONTENT: dict[str, Any] = {
    "title": {"en": "How is it"},
    "questions": [
        {"id": "home", "kind": "yes_no", "weight": 2, "text": {"en": "No safe home?"}},
        {
            "id": "nights",
            "kind": "number",
            "weight": 1,
            "text": {"en": "How many nights?"},
            "show_if": {"question": "home", "is": ["yes"]},
        },
        {
            "id": "money",
            "kind": "choice",
            "text": {"en": "Money?"},
            "options": [
                {"value": "0", "weight": 0, "label": {"en": "enough"}},
                {"value": "1", "weight": 5, "label": {"en": "none"}},
            ],
        },
        {"id": "more", "kind": "text", "text": {"en": "More?"}},
    ],
    "bands": [
        {"from": 0, "name": "low"},
        {"from": 6, "name": "high", "services": ["housing", "money"], "is_urgent": True},
    ],
}


def test_a_question_shows_only_when_another_was_answered_so() -> None:
    assert [q["id"] for q in forms.shown(CONTENT, {})] == ["home", "money", "more"]
    assert [q["id"] for q in forms.shown(CONTENT, {"home": "yes"})] == [
        "home",
        "nights",
        "money",
        "more",
    ]


def test_what_no_longer_shows_does_not_count() -> None:
    assert forms.result(CONTENT, {"home": "yes", "nights": "9", "money": "0"}).score == 11
    low = forms.result(CONTENT, {"home": "no", "nights": "9", "money": "1"})
    assert (low.score, low.band, low.services, low.is_urgent) == (5, "low", (), False)
    high = forms.result(CONTENT, {"home": "yes", "nights": "0", "money": "1"})
    assert (high.score, high.band, high.services, high.is_urgent) == (
        7, "high", ("housing", "money"), True,
    )  # fmt: skip


def test_only_possible_answers_are_kept() -> None:
    given = {"home": "maybe", "nights": "-3", "money": "7", "more": " x " * 1000, "other": "1"}
    kept = forms.kept(CONTENT, given)
    assert set(kept) == {"more"} and len(kept["more"]) <= forms.LONGEST_ANSWER


def test_open_questions_are_those_that_show() -> None:
    assert forms.open_questions(CONTENT, {"home": "no"}) == ["money"]
    assert forms.open_questions(CONTENT, {"home": "yes", "money": "1"}) == ["nights"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": {}}, "title"),
        ({"questions": []}, "questions"),
        ({"bands": [{"from": 3, "name": "a"}, {"from": 3, "name": "b"}]}, "bands"),
        ({"bands": [{"from": 3, "name": "a", "services": ["magic"]}]}, "services"),
        ({"questions": [{"id": "A!", "kind": "text", "text": {"en": "x"}}]}, "id"),
        ({"questions": [{"id": "a", "kind": "song", "text": {"en": "x"}}]}, "kind"),
        ({"questions": [{"id": "a", "kind": "text", "text": {}}]}, "text"),
        ({"questions": [{"id": "a", "kind": "choice", "text": {"en": "x"}}]}, "options"),
    ],
)
def test_a_form_that_cannot_be_is_told_why(change: dict[str, Any], said: str) -> None:
    assert said in forms.problems({**CONTENT, **change})


def test_the_library_can_be_published_and_scored() -> None:
    found = forms.library()["PHQ-2"]
    assert forms.problems(found) == [] and found["licence"]
    assert forms.result(found, {"interest": "1", "down": "1"}).band == "below the cut-off"
    assert forms.result(found, {"interest": "0", "down": "3"}).services == ("medical",)


def test_the_lines_of_a_list_are_read_and_written_alike() -> None:
    lines = "0 never | ᐊᐅᒃᑲ\n3 each day"
    options = form_fields.options_of(lines)
    assert options is not None and [o["weight"] for o in options] == [0, 3]
    assert form_fields.options_text({"options": options}) == lines
    assert form_fields.options_of("each day") is None
