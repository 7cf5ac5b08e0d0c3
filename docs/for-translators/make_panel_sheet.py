"""Writes the printable sheet of the labels that staff read in the panel in Inuktitut."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from admin.strings import FOLDER, catalogue

HERE = Path(__file__).parent
#: Labels that are met first on the panel's pages; the rest may come after them.
FIRST = ("nav.", "queue.", "level.", "outcome.", "state.", "reply.", "handover.", "client.")
#: A label, not a sentence: this long at most.
LABEL = 24
HEAD = """# Labels of the panel, for people who speak Inuktitut

Staff may read the panel in Inuktitut. These are drafts: single words found in print, which no
speaker has read here. Say what is wrong. To approve one, take away `#, draft` above it in
`admin/locales/iu_Latn.po` and write `# reviewed by YOUR NAME on 2026-12-01`.

| Label | English | Roman | Syllabics | Found in | Right? |
|---|---|---|---|---|---|"""
LACKING = """
## Labels with no word in print yet

| Label | English | Inuktitut |
|---|---|---|"""


def panel_sheet() -> str:
    """The whole sheet: what is a draft or approved, then what waits for a speaker."""
    english, signs = catalogue("en").forms, catalogue("iu").forms
    with (FOLDER / "iu_Latn.po").open("rb") as file:
        roman = [one for one in read_po(file, locale="iu_Latn") if one.id]
    rows = [_row(one, english, signs) for one in roman]
    there = {_name(one) for one in roman}
    lacking = [
        f"| `{name}` | {_cell(forms)} | |"
        for name, forms in english.items()
        if name.startswith(FIRST) and name not in there and len(forms[0]) <= LABEL
    ]
    return "\n".join([HEAD, *rows, LACKING, *lacking, ""])


def _name(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


def _row(
    message: Message, english: dict[str, tuple[str, ...]], signs: dict[str, tuple[str, ...]]
) -> str:
    name, words = _name(message), message.string
    forms = (words,) if isinstance(words, str) else tuple(words)
    found = "; ".join(message.user_comments).replace("|", "\\|")
    cells = (_cell(english[name]), _cell(forms), _cell(signs[name]), found)
    return f"| `{name}` | {' | '.join(cells)} | |"


def _cell(forms: tuple[str, ...]) -> str:
    return " / ".join(forms).replace("|", "\\|").replace("\n", "<br>")


def main() -> None:
    (HERE / "panel.md").write_text(panel_sheet(), encoding="utf-8")


if __name__ == "__main__":
    main()
