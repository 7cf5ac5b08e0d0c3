"""The page about security names only tests that are there."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent


def test_every_test_that_the_page_names_exists() -> None:
    page = (HERE.parents[1] / "docs" / "security.md").read_text()
    files = {file.name: file.read_text() for file in HERE.glob("test_*.py")}
    named = set(re.findall(r"\btest_\w+(?:\.py)?", page))
    assert len(named) > 30
    missing = {
        name
        for name in named
        if name not in files and not any(f"def {name}(" in text for text in files.values())
    }
    assert missing == set()
