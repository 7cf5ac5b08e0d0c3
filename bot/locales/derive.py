"""Writes the syllabic texts from the roman ones, which are the master."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from babel.messages.catalog import Catalog

from bot.language.transliterate import transliterate
from bot.locales import po
from bot.locales.po import Entry

FOLDER = Path(__file__).parent
_ABOUT = {
    "iu": (
        "# Inuktitut in syllabics, derived from the roman texts"
        " by `python -m bot.locales.derive`.\n"
    ),
    "iu_Latn": """# Inuktitut in roman letters: the master, from which the syllabics are derived.
# Every text is a draft until a speaker has approved it; every word stands in words.tsv.
""",
    "fr": """# French, the writer's draft: no French speaker of the program has read it yet.
# Letters of the cheap alphabet only (no circumflex, no small c cedilla): see docs/for-translators.
""",
}
_PLURALS = {"fr": "nplurals=2; plural=(n > 1);"}
_DUAL = "nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);"
_HEAD = """msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"
"""
HEADS = {
    name: about + _HEAD.format(locale=name, plurals=_PLURALS.get(name, _DUAL))
    for name, about in _ABOUT.items()
}
#: Spellings that are never written in syllabics: Labrador's, Kivalliq's with an apostrophe,
#: and the western ones that use roman letters only.
ROMAN_ONLY = frozenset({"word.nakummek", "word.mana", "word.quana"})


def derived(roman: Catalog) -> str:
    """The whole syllabic file, as it must stand beside the roman one."""
    classes: dict[str, str] = {}
    written = [
        replace(entry, locale="iu", forms=(transliterate(entry.forms[0], "Cans"),))
        for entry in po.entries(roman, "iu_Latn", classes)
        if entry.id not in ROMAN_ONLY
    ]
    return catalogue_text("iu", written)


def catalogue_text(locale: str, entries: Iterable[Entry]) -> str:
    """A whole file with these texts, each with who approved it or that it is a draft."""
    blocks = [HEADS[locale]]
    for entry in entries:
        signed = entry.reviewed
        notes = [f"# reviewed by {signed[0]} on {signed[1]}"] if signed else []
        flags = [f"#, {po.DRAFT}"] if entry.says_draft else []
        body = _quoted(entry.forms[0])
        blocks.append("\n".join([*notes, *flags, f'msgid "{entry.id}"', f"msgstr {body}", ""]))
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> None:
    roman = po.read(FOLDER / "iu_Latn.po", "iu_Latn")
    (FOLDER / "iu.po").write_text(derived(roman), encoding="utf-8")


if __name__ == "__main__":
    main()
