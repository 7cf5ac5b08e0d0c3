"""Writes the printable sheets for speakers: what has no Inuktitut yet, and what is a draft."""

from __future__ import annotations

import csv
import html
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.locales.po import Entry
from bot.texts import Catalogues

HERE = Path(__file__).parent
TRANSCRIPTS = HERE.parent / "transcripts"
_SAID = re.compile(r"^(?:#\s+)?(?P<phone>\+\d+) (?P<way>[<>]) (?P<words>.*)$")
_HEAD = """<!doctype html>
<html lang="iu"><meta charset="utf-8"><title>Conversations</title>
<style>
body{font:1.5rem/1.6 "Noto Sans Canadian Aboriginal",Euphemia,"DejaVu Sans",sans-serif}
body{max-width:40rem;margin:1rem auto}
p{border:1px solid #999;border-radius:.6rem;padding:.4rem .8rem}
p{white-space:pre-wrap;break-inside:avoid}
.client{margin-left:4rem}.line{margin-right:4rem;background:#eee}h2{break-before:page}</style>
<h1>What the line says</h1>
"""
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


def coverage_sheet(texts: Catalogues) -> str:
    """Every text and how far each language has it: approved and when, draft, or English only."""
    entries = [e for e in texts.entries("en") if not e.id.startswith(FOR_STAFF)]
    states = {
        e.id: [_state(texts.entry(e.id, name)) for name in ("iu_Latn", "iu", "fr")] for e in entries
    }
    lines = ["# What is said in which language", ""]
    lines += ["| | Roman | Syllabics | French |", "|---|---|---|---|"]
    for name in ("approved", "draft", "English only"):
        counts = [sum(own[i].startswith(name) for own in states.values()) for i in (0, 1, 2)]
        lines.append(f"| {name} | {' | '.join(f'{n} of {len(entries)}' for n in counts)} |")
    lines += ["", "| Text | About | Roman | Syllabics | French |", "|---|---|---|---|---|"]
    lines += [f"| `{e.id}` | {e.text_class} | {' | '.join(states[e.id])} |" for e in entries]
    return "\n".join(lines) + "\n"


def french_sheet(texts: Catalogues, counts: Mapping[str, int]) -> str:
    """The French that no speaker has approved, beside the English, with a place to sign."""
    lines = [
        "# French: please say yes, or how it should be",
        "",
        "Written by the writer of the line. No French speaker of the program has read it yet;",
        "until one has, each text goes out with the English.",
        "",
        "| Text | About | English | French | Good? Or better: |",
        "|---|---|---|---|---|",
    ]
    for english in _ordered(texts, counts):
        french = texts.entry(english.id, "fr")
        if french is not None and french.is_draft:
            cells = f"{english.text_class} | {_cell(english)} | {_cell(french)}"
            lines.append(f"| `{english.id}` | {cells} | |")
    return "\n".join(lines) + "\n"


def conversations_page() -> str:
    """The conversations of the documentation in large type, for reading together on paper."""
    parts = [_HEAD]
    for path in sorted(TRANSCRIPTS.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        parts.append(f"<h2>{html.escape(lines[0].lstrip('# '))}</h2>\n")
        said = [found for line in lines if (found := _SAID.match(line))]
        client = next(found["phone"] for found in said if found["way"] == ">")
        for found in said:
            if found["phone"] == client:
                who = "client" if found["way"] == ">" else "line"
                words = html.escape(found["words"].replace("\\n", "\n"))
                parts.append(f'<p class="{who}">{words}</p>\n')
    return "".join(parts)


def _state(entry: Entry | None) -> str:
    if entry is None:
        return "English only"
    return "draft" if entry.is_draft or not entry.reviewed else f"approved {entry.reviewed[1]}"


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
    (HERE / "coverage.md").write_text(coverage_sheet(texts), encoding="utf-8")
    (HERE / "french.md").write_text(french_sheet(texts, counts), encoding="utf-8")
    (HERE / "conversations.html").write_text(conversations_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
