"""In which language the chat page is read: the one chosen on it, else the browser's."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Request

from bot.engine import Text
from bot.line import Line
from bot.texts import OFF

#: What the page is written in; Inuktitut stands beside either where it has attested words.
PAGES = ("en", "fr")
#: In the address and the forms of the page, once somebody chose. No cookie remembers it.
FIELD = "l"
_BESIDE = (("iu", "iu"), ("iu_Latn", "iu-Latn"))


@dataclass(frozen=True)
class Reading:
    """The page's words for one reader. `chosen` is the language they asked for there, if any."""

    line: Line
    language: str
    chosen: str | None

    def parts(self, name: str, **params: str) -> list[tuple[str, str]]:
        """A text with the language of each half: a draft stands with its English, as in a text."""
        text = Text(f"chat.{name}", params)
        drafts = self.line.config.inuktitut_drafts
        said = self.line.texts.apart(text, self.language, drafts)
        first = {one.body: one.locale for one in reversed(said)}  # said once if both are alike
        return [(first[words], words) for words in dict.fromkeys(one.body for one in said)]

    def words(self, name: str, **params: str) -> str:
        """The same in one line, for where a page can mark no language."""
        return " · ".join(words for _, words in self.parts(name, **params))

    def in_each(self, name: str) -> list[tuple[str, str]]:
        """A label with Inuktitut beside it in both scripts, where that is there."""
        found = self.parts(name)
        for locale, mark in _BESIDE:
            words = self._own(name, locale)
            if words is not None:
                found.append((mark, words))
        return found

    def other(self) -> tuple[str, str] | None:
        """The other language of the page by its own name, while it has texts that may be shown."""
        [locale] = [page for page in PAGES if page != self.language]
        words = self._own("language", locale)
        return (locale, words) if words is not None else None

    def asked(self) -> str:
        """What an address of the page carries so that it stays in the language chosen."""
        return f"?{FIELD}={self.chosen}" if self.chosen else ""

    def _own(self, name: str, locale: str) -> str | None:
        entry = self.line.texts.entry(f"chat.{name}", locale)
        is_shown = locale == "en" or self.line.config.inuktitut_drafts != OFF
        if entry is None or not (is_shown or entry.reviewed):
            return None
        return entry.forms[0]


def reading(line: Line, request: Request) -> Reading:
    """How whoever sent this request reads."""
    asked = request.values.get(FIELD)
    chosen = asked if asked in PAGES else None
    browser = request.accept_languages.best_match(PAGES, PAGES[0])
    return Reading(line, chosen or browser, chosen)
