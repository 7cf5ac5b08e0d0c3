"""The half of the labelled texts that nobody looks at stays as it was locked, and apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.triage.train import texts_of
from tests.bench.triage_bench import FOLDER, OWN, check_lock

SEEN = [*sorted(FOLDER.glob("dev_*.tsv")), *sorted(OWN.glob("learn_*.tsv"))]


def test_the_held_out_texts_are_those_that_were_locked() -> None:
    check_lock(FOLDER)
    for lock, pattern in (("held_out", "held_out*.tsv"), ("others", "others*.tsv")):
        locked = (FOLDER / f"{lock}.sha256").read_text(encoding="utf-8").splitlines()
        assert {line.split()[1] for line in locked} == {path.name for path in FOLDER.glob(pattern)}


def test_a_held_out_text_that_was_changed_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "triage"
    shutil.copytree(FOLDER, folder)
    with (folder / "held_out_urgent.tsv").open("a", encoding="utf-8") as file:
        file.write("urgent\thelp\tone more\n")
    with pytest.raises(ValueError, match="held_out_urgent.tsv is not the text that was locked"):
        check_lock(folder)


def test_no_text_of_three_words_stands_in_both_halves() -> None:
    """Said by numbers only: a failure must not show what nobody may look at."""
    seen = {" ".join(text.casefold().split()) for _, _, text in texts_of(SEEN)}
    apart = [*sorted(FOLDER.glob("held_out*.tsv")), *sorted(FOLDER.glob("others*.tsv"))]
    held = [text for _, _, text in texts_of(apart)]
    shared = sum(len(t.split()) > 2 and " ".join(t.casefold().split()) in seen for t in held)
    assert shared == 0 and len(seen) + len(held) >= 6000
