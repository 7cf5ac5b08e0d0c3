"""The printed sheets for speakers are up to date and hold every text they should."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from tests.flows.talking import TEXTS

FOLDER = Path(__file__).parents[2] / "docs" / "for-translators"


def _sheets() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sheets", FOLDER / "make_sheets.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_printed_sheets_are_up_to_date() -> None:
    sheets = _sheets()
    missing = (FOLDER / "to-translate.md").read_text(encoding="utf-8")
    drafts = (FOLDER / "drafts.md").read_text(encoding="utf-8")
    assert missing == sheets.missing_sheet(TEXTS, {})
    assert drafts == sheets.drafts_sheet(TEXTS, {})


def test_every_text_for_clients_stands_on_one_sheet_or_the_other() -> None:
    sheets = _sheets()
    both = sheets.missing_sheet(TEXTS, {}) + sheets.drafts_sheet(TEXTS, {})
    for text_id in TEXTS.ids():
        assert both.count(f"| `{text_id}` |") == (0 if text_id.startswith("page.") else 1)


def test_what_is_sent_most_stands_first() -> None:
    sheet = _sheets().missing_sheet(TEXTS, {"shelter.none": 1, "reopen.ask": 9, "dates.none": 5})
    rows = [line for line in sheet.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows[:2]] == ["reopen.ask", "dates.none"]
