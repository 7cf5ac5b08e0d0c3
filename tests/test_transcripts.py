"""What the documentation shows is what the line does."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.converse import replay
from tests.transcripts import FOLDER, heard_in

FILES = sorted(FOLDER.glob("*.txt"))


def test_the_conversations_that_matter_most_are_written_down() -> None:
    assert {path.stem for path in FILES} >= {
        "a-man-with-a-knife",
        "pills-taken",
        "a-friend-not-waking",
        "not-even-lol",
        "held-in-a-motel",
        "nobody-acknowledges",
        "stop-then-an-emergency",
        "in-roman",
        "in-syllabics",
    }


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_transcript_replays_word_for_word(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert heard_in(lines), "a transcript without an answer shows nothing"
    assert list(replay(lines)) == heard_in(lines)
