"""Writes the printable sheets for speakers: what has no Inuktitut yet, and what is a draft."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.locales.po import Entry
from bot.texts import Catalogues

HERE = Path(__file__).parent
#: Until real counts exist: subjects in the order in which they are expected to be sent most.
EXPECTED = [
    "dates",
    "circle",
    "peer",
    "fallback",
    "first_contact",
    "menu",
    "talk",
    "reading",
    "asking",
    "greeting",
    "thanks",
    "word",
    "services",
    "service",
    "shelter",
    "food",
    "places",
    "health",
    "medical",
    "harm_reduction",
    "papers",
    "money_id",
    "treatment",
    "school_work",
    "legal",
    "language",
    "pause",
    "resume",
    "who_is_this",
    "wrong_number",
    "goodbye",
    "urgent",
    "reopen",
    "line",
    "lines",
]
#: Staff read these in English.
FOR_STAFF = "page."


def missing_sheet(texts: Catalogues, counts: Mapping[str, int]) -> str:
    """The texts that go out in English only, most sent first, with room to write beside them."""
    rows = [e for e in _ordered(texts, counts) if texts.entry(e.id, "iu_Latn") is None]
    lines = [
        "# Texts that have no Inuktitut yet",
        "",
        "They could not be made of words found in print. Please write how you would say it to",
        "one person, in a short text. Words in {curly brackets} are filled in by the line: keep",
        "them. Keep MENU, TALK, STOP and RESUME as they are. Never write that someone is coming.",
        "",
        f"{len(rows)} texts, those sent most often first.",
        "",
        "| Text | About | English | Inuktitut (roman or syllabics) |",
        "|---|---|---|---|",
    ]
    lines += [f"| `{e.id}` | {e.text_class} | {_cell(e)} | |" for e in rows]
    return "\n".join(lines) + "\n"


def drafts_sheet(texts: Catalogues, counts: Mapping[str, int]) -> str:
    """The drafts, both scripts beside the English, with a place to sign."""
    lines = [
        "# Drafts: please say yes, or how it should be",
        "",
        "Every word was found in print (see `bot/locales/words.tsv`), but no speaker has read",
        "these texts yet. Until one has, they go out with the English.",
        "",
        "| Text | About | English | Roman | Syllabics | Good? Or better: |",
        "|---|---|---|---|---|---|",
    ]
    for english in _ordered(texts, counts):
        roman = texts.entry(english.id, "iu_Latn")
        if roman is None or not roman.is_draft:
            continue
        syllabics = texts.entry(english.id, "iu")
        cells = [_cell(english), _cell(roman), _cell(syllabics) if syllabics else ""]
        lines.append(f"| `{english.id}` | {english.text_class} | {' | '.join(cells)} | |")
    return "\n".join(lines) + "\n"


def _ordered(texts: Catalogues, counts: Mapping[str, int]) -> list[Entry]:
    entries = [e for e in texts.entries("en") if not e.id.startswith(FOR_STAFF)]
    return sorted(entries, key=lambda e: (-counts.get(e.id, 0), _family(e)))


def _family(entry: Entry) -> int:
    family = entry.id.split(".")[0]
    return EXPECTED.index(family) if family in EXPECTED else len(EXPECTED)


def _cell(entry: Entry) -> str:
    return " / ".join(entry.forms).replace("|", "\\|").replace("\n", "<br>")


def _counts(paths: Iterable[str]) -> dict[str, int]:
    """Counts from CSV files with lines `text id,times sent`."""
    found: dict[str, int] = {}
    for path in paths:
        with Path(path).open(encoding="utf-8", newline="") as file:
            found |= {row[0]: int(row[1]) for row in csv.reader(file) if row}
    return found


def main() -> None:
    texts, counts = Catalogues.load(), _counts(sys.argv[1:])
    (HERE / "to-translate.md").write_text(missing_sheet(texts, counts), encoding="utf-8")
    (HERE / "drafts.md").write_text(drafts_sheet(texts, counts), encoding="utf-8")


if __name__ == "__main__":
    main()
