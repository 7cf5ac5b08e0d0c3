"""The panel's own words, in one catalogue a language; English where a language lacks one."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po
from flask import g, has_request_context

FOLDER = Path(__file__).parent / "locales"
ENGLISH = "en"


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language by name; a text that counts has one form a number class."""

    forms: dict[str, tuple[str, ...]]
    plural: Callable[[int], int]


@cache
def catalogue(locale: str) -> Catalogue:
    """Reads `locales/<locale>.po`. Raises OSError when there is none."""
    with (FOLDER / f"{locale}.po").open("rb") as file:
        content = read_po(file, locale=locale, charset="utf-8", abort_invalid=True)
    forms: dict[str, tuple[str, ...]] = {}
    for message in content:
        name = message.id if isinstance(message.id, str) else message.id[0]
        words = (
            (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        )
        if name and all(words):
            forms[name] = words
    return Catalogue(forms, gettext.c2py(content.plural_expr))


@cache
def languages() -> frozenset[str]:
    """The languages that the panel has a catalogue for."""
    return frozenset(path.stem for path in FOLDER.glob("*.po"))


def t(name: str, /, **params: object) -> str:
    """A text in the reader's language, its places filled. `n` chooses the number form.

    Raises KeyError for a name that English does not have.
    """
    chosen = catalogue(locale())
    if name not in chosen.forms:
        chosen = catalogue(ENGLISH)
    forms = chosen.forms[name]
    number = params.get("n")
    at = chosen.plural(number) if len(forms) > 1 and isinstance(number, int) else 0
    return forms[min(at, len(forms) - 1)].format(**params)


def t_or(name: str, otherwise: str) -> str:
    """A text that may be missing, such as one named after a reason the carrier gave."""
    return t(name) if name in catalogue(ENGLISH).forms else otherwise


def locale() -> str:
    """The language of this request."""
    chosen = g.get("panel_locale") if has_request_context() else None
    return chosen if isinstance(chosen, str) else ENGLISH
