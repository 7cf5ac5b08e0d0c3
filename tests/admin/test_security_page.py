"""The page about security names only tests that are there, and leaves no requirement out."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "security.md").read_text()
#: ASVS 5.0: section, and the last of its requirements of levels 1 and 2.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1
4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2
7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
Number = tuple[int, ...]


def test_every_test_that_the_page_names_exists() -> None:
    texts = {file: file.read_text() for file in HERE.parent.rglob("test_*.py")}
    named = set(re.findall(r"\btest_\w+(?:\.py)?", PAGE))
    assert len(named) > 60
    there = {name for text in texts.values() for name in re.findall(r"\bdef (test_\w+)\(", text)}
    assert named - {file.name for file in texts} - there == set()


def _number(text: str) -> Number:
    return tuple(int(part) for part in text.split("."))


def _rows() -> list[tuple[str, str, str]]:
    whole = PAGE.split("## The whole list", 1)[1]
    found = re.findall(r"^\| ([\d., -]+) \| (\S+) \| (.+) \|$", whole, re.MULTILINE)
    assert len(found) > 80
    return found


def test_every_requirement_of_levels_1_and_2_has_its_line() -> None:
    wanted = {
        (*_number(section), n)
        for section, _, last in (one.partition(":") for one in SECTIONS.split())
        for n in range(1, int(last) + 1)
    }
    assert len(wanted) == 253
    spans = [
        (_number(span.partition("-")[0]), _number(span.partition("-")[2] or span))
        for numbers, _, _ in _rows()
        for span in numbers.split(", ")
    ]
    assert [n for n in sorted(wanted) if not any(low <= n <= high for low, high in spans)] == []


def test_every_line_says_how_it_stands_and_why() -> None:
    for numbers, stand, why in _rows():
        assert stand in ("yes", "part", "no", "n/a"), numbers
        assert len(why) > 10, numbers
