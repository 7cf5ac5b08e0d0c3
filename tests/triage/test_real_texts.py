"""The real ordinary texts are those that NOTICE names and name nobody."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from bot.triage.train import texts_of
from tests.bench.triage_bench import FOLDER

REAL = sorted(FOLDER.glob("dev_real_*.tsv"))
NOTICE = Path(__file__).parents[2] / "NOTICE"
POINTS_AT_SOMEBODY = re.compile(r"@\w|https?://|\w@\w|\d{3}[-. ]\d{3}[-. ]\d{4}")


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_file_of_real_texts_is_the_one_in_notice(path: Path) -> None:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"{digest} {path.name}" in NOTICE.read_text(encoding="utf-8")


def test_real_texts_are_ordinary_and_point_at_nobody() -> None:
    rows = texts_of(REAL)
    assert len(rows) > 5000 and {level for level, _, _ in rows} == {"ordinary"}
    assert [text for _, _, text in rows if POINTS_AT_SOMEBODY.search(text)] == []
