"""What staff read with clients is written so that everybody can read it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: Flesch-Kincaid grade (Kincaid and others 1975): years of school that a reader needs.
HIGHEST_GRADE = 7.0
_VOWELS = re.compile(r"[aeiouy]+")


def syllables(word: str) -> int:
    """Groups of vowels, a silent e at the end left out; at least one."""
    plain = re.sub(r"(?<![aeiouy])e$", "", word.casefold())
    return max(1, len(_VOWELS.findall(plain)))


def grade(text: str) -> float:
    sentences = [one for one in re.split(r"[.!?:]+(?:\s|$)|\n\n|\|", text) if re.search(r"\w", one)]
    words = re.findall(r"[A-Za-z']+", text)
    per_sentence = len(words) / len(sentences)
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def test_the_measure_tells_plain_from_hard() -> None:
    assert grade("The cat sat on the mat. It was warm.") < 2
    hard = (
        "Notwithstanding organizational considerations, retention obligations necessitate review."
    )
    assert grade(hard) > 15


@pytest.mark.parametrize("name", ["safety.md", "for-clients.md"])
def test_the_pages_for_and_about_clients_are_read_with_seven_years_of_school(name: str) -> None:
    text = (ROOT / "docs" / name).read_text(encoding="utf-8")
    for part in text.split("\n## "):
        if part.strip():
            assert grade(part) <= HIGHEST_GRADE, (part.splitlines()[0], round(grade(part), 1))
