"""Writes the syllabic texts from the roman ones, which are the master."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog

from bot.language.transliterate import transliterate
from bot.locales import po

FOLDER = Path(__file__).parent
HEAD = """# Inuktitut in syllabics, derived from the roman texts by `python -m bot.locales.derive`.
msgid ""
msgstr ""
"Language: iu\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=3; plural=(n == 1 ? 0 : n == 2 ? 1 : 2);\\n"
"""
#: Spellings that are never written in syllabics: Labrador's, Kivalliq's with an apostrophe,
#: and the western ones that use roman letters only.
ROMAN_ONLY = frozenset({"word.nakummek", "word.mana", "word.quana"})


def derived(roman: Catalog) -> str:
    """The whole syllabic file, as it must stand beside the roman one."""
    blocks = [HEAD]
    for message in po.messages(roman):
        text_id = po.id_of(message)
        if text_id in ROMAN_ONLY:
            continue
        notes = [f"# {comment}" for comment in message.user_comments]
        flags = [f"#, {', '.join(sorted(message.flags))}"] if message.flags else []
        body = _quoted(transliterate(str(message.string), "Cans"))
        blocks.append("\n".join([*notes, *flags, f'msgid "{text_id}"', f"msgstr {body}", ""]))
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main() -> None:
    roman = po.read(FOLDER / "iu_Latn.po", "iu_Latn")
    (FOLDER / "iu.po").write_text(derived(roman), encoding="utf-8")


if __name__ == "__main__":
    main()
