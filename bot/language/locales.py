"""The ways to read the line, named here once: English, Inuktitut in two scripts, French."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One catalogue: whose language and script it is kept under, the digit that chooses it."""

    locale: str
    language: str
    script: str
    digit: str


#: English first: it has every text. The digits stand in the text `language.pick`.
WAYS = (
    Way("en", "en", "Latn", "1"),
    Way("iu", "iu", "Cans", "3"),
    Way("iu_Latn", "iu", "Latn", "2"),
    Way("fr", "fr", "Latn", "4"),
)
LOCALES = tuple(way.locale for way in WAYS)
#: Languages that a client can be answered in.
SPOKEN = tuple(dict.fromkeys(way.language for way in WAYS))
BY_DIGIT = {way.digit: way.locale for way in sorted(WAYS, key=lambda way: way.digit)}
STORED = {way.locale: (way.language, way.script) for way in WAYS}
_LOCALE = {stored: locale for locale, stored in STORED.items()}


def locale_of(language: str, script: str) -> str:
    """The catalogue for a contact's language and script; English for one that we have not."""
    return _LOCALE.get((language, script)) or _LOCALE.get((language, "Latn"), "en")
