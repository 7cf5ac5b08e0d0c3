"""Tells the language and the script of a text, word by word, however it is spelled."""

import re
from dataclasses import dataclass
from typing import Literal

from bot.language.words import LINK, SYLLABICS, Kind, kind

Language = Literal["en", "iu", "fr", "und"]
Script = Literal["Latn", "Cans", "mixed", "none"]


@dataclass(frozen=True, slots=True)
class Detection:
    """The language most words of a text speak for, and the script it is written in."""

    language: Language
    script: Script


_CANS = re.compile(f"[{SYLLABICS}]")
# A capital H right before a syllabic sign is typed for the syllabic h: it is no Latin letter.
_LATN = re.compile(f"(?!H[{SYLLABICS}])[A-Za-z\u00aa\u00ba\u00c0-\u024f\u1e00-\u1eff]")
_LINK = re.compile(LINK)
_WORD = re.compile(r"[^\W_]+(?:['\u2019\u02bc&-][^\W_]+)*|(?<!\w)[&-][^\W\d_]+")
_SPOKEN: dict[Kind, Language] = {
    "iu": "iu",
    "iu_loan": "iu",
    "en": "en",
    "en_fr": "en",
    "fr": "fr",
}


def script(text: str) -> Script:
    """Latn, Cans (syllabics), mixed, or none when `text` has no letter of either."""
    cans, latn = _CANS.search(text) is not None, _LATN.search(text) is not None
    if cans:
        return "mixed" if latn else "Cans"
    return "Latn" if latn else "none"


def _words(text: str) -> list[str]:
    if "@" in text or "#" in text or "//" in text or "www." in text:
        text = _LINK.sub(" ", text)
    return _WORD.findall(text)


def word_languages(text: str) -> tuple[tuple[str, Language | None], ...]:
    """Each word of `text` in order with its language, None where it carries no evidence."""
    return tuple((word, _SPOKEN.get(kind(word))) for word in _words(text))


def detect(text: str) -> Detection:
    """The language most words that carry evidence speak for, `und` if none does, and the script.

    In a tie Inuktitut wins unless all its words are ones that English borrows; English wins
    over French. Links, addresses, digits, names and sounds (ii, aa, ai, ok) carry no evidence.
    """
    return Detection(_winner([kind(word) for word in _words(text)]), script(text))


def _winner(kinds: list[Kind]) -> Language:
    french, english = kinds.count("fr"), kinds.count("en")
    if french > english:
        french += kinds.count("en_fr")
    else:
        english += kinds.count("en_fr")
    own = kinds.count("iu")
    inuktitut, most = own + kinds.count("iu_loan"), max(french, english)
    if inuktitut > most or (inuktitut == most and own):
        return "iu"
    if not most:
        return "und"
    return "fr" if french > english else "en"
