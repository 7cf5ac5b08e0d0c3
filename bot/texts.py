"""Everything the line says, in each of its languages, and how far a speaker has checked it."""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.engine import Text, When
from bot.language.dates import format_when
from bot.language.locales import LOCALES as LOCALES
from bot.language.segments import normalise
from bot.locales import po
from bot.locales.po import CLASSES, GUARDED, PLACE, Entry, TextError

WITH_ENGLISH, ALONE, OFF = "with-english", "alone", "off"
#: Sent when a text cannot be filled: the line never answers with silence.
SAFE_LINE = "line.safe"

_FOLDER = Path(__file__).parent / "locales"


@dataclass(frozen=True)
class Rendered:
    """One text as it goes out. `is_fallback`: English stands where a translation is missing."""

    body: str
    locale: str
    text_id: str
    is_fallback: bool


@dataclass
class _Used:
    """What was met while filling a text and the texts inside it."""

    classes: set[str] = field(default_factory=set)
    is_draft: bool = False
    is_missing: bool = False

    @property
    def is_guarded(self) -> bool:
        return bool(self.classes & set(GUARDED))


class Catalogues:
    """The texts of all locales."""

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Entry]],
        plurals: Mapping[str, Callable[[int], int]],
    ) -> None:
        self._files = entries
        self._entries: dict[str, dict[str, Entry]] = {k: dict(v) for k, v in entries.items()}
        self._plurals = plurals

    def with_entries(self, changed: Iterable[Entry]) -> Catalogues:
        """The files' texts with these in place of theirs; `self` stays as it is."""
        made = Catalogues(self._files, self._plurals)
        for entry in changed:
            made._entries[entry.locale][entry.id] = entry
        return made

    @classmethod
    def load(cls, folder: Path | None = None) -> Catalogues:
        """Reads `<folder>/<locale>.po`. Raises TextError when a file cannot be read."""
        where = folder or _FOLDER
        raw = {locale: po.read(where / f"{locale}.po", locale) for locale in LOCALES}
        classes = {po.id_of(m): po.class_of(m) for m in po.messages(raw["en"])}
        entries = {
            locale: {e.id: e for e in po.entries(catalog, locale, classes)}
            for locale, catalog in raw.items()
        }
        plurals = {locale: gettext.c2py(catalog.plural_expr) for locale, catalog in raw.items()}
        return cls(entries, plurals)

    def ids(self) -> frozenset[str]:
        """Every text there is; English has them all."""
        return frozenset(self._entries["en"])

    def entry(self, text_id: str, locale: str) -> Entry | None:
        """A text in one locale, if it is there."""
        return self._entries[locale].get(text_id)

    def entries(self, locale: str) -> tuple[Entry, ...]:
        """All texts of a locale, in the order of the file."""
        return tuple(self._entries[locale].values())

    def problems(self) -> tuple[str, ...]:
        """What is wrong in the catalogues, in words; empty when nothing is."""
        english = self._entries["en"]
        found = [
            f"en {i}: class unknown" for i, e in english.items() if e.text_class not in CLASSES
        ]
        for locale in LOCALES[1:]:
            for text_id, entry in self._entries[locale].items():
                trouble = _trouble(entry, english.get(text_id))
                if trouble:
                    found.append(f"{locale} {text_id}: {trouble}")
        return tuple(found)

    def fill(self, text: Text, locale: str) -> str:
        """The body in exactly this locale. Raises TextError when it cannot be filled."""
        used = _Used()
        body = self._fill(text, locale, used)
        if used.is_missing:
            raise TextError(f"'{text.id}' is not all there in {locale}")
        return _tidy(body)

    def render(self, text: Text, locale: str, drafts: str = WITH_ENGLISH) -> tuple[Rendered, ...]:
        """The texts to send, in order.

        `drafts` says what becomes of a translation that no speaker has approved: "with-english",
        "alone" or "off". Of consent, danger, numbers and rights an unapproved text follows
        the English as a second one and never stands alone.
        """
        said = self.apart(text, locale, drafts)
        if len(said) == 1 or said[0].locale == "en":
            return said
        own, english = said
        return (Rendered(f"{own.body}\n{english.body}", own.locale, text.id, False),)

    def apart(self, text: Text, locale: str, drafts: str = WITH_ENGLISH) -> tuple[Rendered, ...]:
        """As `render`, but what goes in one text, a draft and its English, is two parts."""
        english = self._english(text)
        if locale == "en" or english.is_fallback:
            return (english,)
        used = _Used()
        try:
            body = _tidy(self._fill(text, locale, used))
        except TextError:
            used.is_missing = True
        if used.is_missing:
            return (Rendered(english.body, "en", text.id, True),)
        own = Rendered(body, locale, text.id, False)
        if not used.is_draft:
            return (own,)
        return _draft(own, english, used.is_guarded, drafts)

    def _english(self, text: Text) -> Rendered:
        try:
            return Rendered(_tidy(self._fill(text, "en", _Used())), "en", text.id, False)
        except TextError:
            safe = self._entries["en"][SAFE_LINE].forms[0]
            return Rendered(_tidy(safe), "en", text.id, True)

    def _fill(self, text: Text, locale: str, used: _Used) -> str:
        entry = self._entries[locale].get(text.id)
        if entry is None and locale != "en":
            used.is_missing = True
            entry = self._entries["en"].get(text.id)
        if entry is None:
            raise TextError(f"there is no text '{text.id}'")
        used.classes.add(entry.text_class)
        used.is_draft |= entry.is_draft or self._says_less(entry)
        form = self._form(entry, text.params.get("count"))

        def place(match: re.Match[str]) -> str:
            name = match[1]
            if name not in text.params:
                raise TextError(f"'{text.id}' needs '{name}'")
            return self._value(text.params[name], locale, used)

        return PLACE.sub(place, form)

    def _says_less(self, entry: Entry) -> bool:
        """Approved or not, what leaves out a number or a question cannot stand alone."""
        return bool(self._entries["en"][entry.id].fixed - entry.fixed)

    def _form(self, entry: Entry, count: object) -> str:
        if len(entry.forms) == 1:
            return entry.forms[0]
        if not isinstance(count, int):
            raise TextError(f"'{entry.id}' needs 'count', a number")
        return entry.forms[min(self._plurals[entry.locale](count), len(entry.forms) - 1)]

    def _value(self, value: Any, locale: str, used: _Used) -> str:
        match value:
            case Text():
                return self._fill(value, locale, used)
            case When():
                return format_when(value.local, locale)
            case tuple():
                return "\n".join(self._value(part, locale, used) for part in value)
            case str() | int():
                return str(value)
        raise TextError(f"a text cannot hold a {type(value).__name__}")


def _trouble(entry: Entry, english: Entry | None) -> str | None:
    if english is None:
        return "not in English"
    if entry.places - english.places:
        return "a place that English does not fill"
    if entry.reviewed and entry.says_draft:
        return "both draft and reviewed"
    if entry.reviewed is None and not entry.says_draft:
        return "neither draft nor reviewed"
    missing = english.fixed - entry.fixed
    if entry.reviewed and missing:
        return f"approved, but without {', '.join(sorted(missing))}"
    return None


def _tidy(body: str) -> str:
    """Cheap signs, and no line left empty by a place that had nothing to say."""
    lines = (line.strip() for line in normalise(body).split("\n"))
    return "\n".join(line for line in lines if line)


def _draft(own: Rendered, english: Rendered, guarded: bool, drafts: str) -> tuple[Rendered, ...]:
    if drafts == OFF:
        return (english,)
    if guarded:
        return (english, own)
    if drafts == ALONE:
        return (own,)
    return (own, english)
