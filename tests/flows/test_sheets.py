"""The printed sheets for speakers are up to date and hold every text they should."""

from __future__ import annotations

import importlib.util
import re
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
    """The run rewrites them; it fails when that changed anything, so that the change is kept."""
    sheets = _sheets()
    now = {
        "to-translate.md": sheets.missing_sheet(TEXTS, {}),
        "drafts.md": sheets.drafts_sheet(TEXTS, {}),
        "coverage.md": sheets.coverage_sheet(TEXTS),
        "french.md": sheets.french_sheet(TEXTS, {}),
        "conversations.html": sheets.conversations_page(),
    }
    before = {name: (FOLDER / name).read_text(encoding="utf-8") for name in now}
    for name, text in now.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    assert before == now


def test_the_coverage_counts_every_text_once_in_each_language() -> None:
    page = _sheets().coverage_sheet(TEXTS)
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) == sum(not text_id.startswith("page.") for text_id in TEXTS.ids())
    assert f"| approved | 0 of {len(rows)} | 0 of {len(rows)} | 0 of {len(rows)} |" in page


def test_elders_read_what_a_client_reads_and_nothing_of_the_staff() -> None:
    page = _sheets().conversations_page()
    assert "narcan" in page and "Urgent item" not in page
    assert re.search('class="line">[^<]*[\u1400-\u167f]', page)


def test_every_text_for_clients_stands_on_one_sheet_or_the_other() -> None:
    sheets = _sheets()
    both = sheets.missing_sheet(TEXTS, {}) + sheets.drafts_sheet(TEXTS, {})
    for text_id in TEXTS.ids():
        assert both.count(f"| `{text_id}` |") == (0 if text_id.startswith("page.") else 1)


def test_what_is_sent_most_stands_first() -> None:
    def order(sent: dict[str, int]) -> list[str]:
        sheet = _sheets().missing_sheet(TEXTS, sent)
        return [line.split("`")[1] for line in sheet.splitlines() if line.startswith("| `")]

    second, first = order({})[-2:]
    assert order({second: 5, first: 9})[:2] == [first, second]
