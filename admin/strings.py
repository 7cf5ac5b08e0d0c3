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
#: What a catalogue's language calls itself. It is a choice for workers once it says so.
OWN_NAME = "panel.own_name"
#: No speaker has read this text yet.
DRAFT = "draft"


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language by name; a text that counts has one form a number class."""

    forms: dict[str, tuple[str, ...]]
    plural: Callable[[int], int]
    has_drafts: bool = False


@cache
def catalogue(locale: str) -> Catalogue:
    """Reads `locales/<locale>.po`. Raises OSError when there is none."""
    with (FOLDER / f"{locale}.po").open("rb") as file:
        content = read_po(file, locale=locale, charset="utf-8", abort_invalid=True)
    forms: dict[str, tuple[str, ...]] = {}
    has_drafts = any(DRAFT in message.flags for message in content)
    for message in content:
        name = message.id if isinstance(message.id, str) else message.id[0]
        words = (
            (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        )
        if name and all(words):
            forms[name] = words
    return Catalogue(forms, gettext.c2py(content.plural_expr), has_drafts)


@cache
def languages() -> frozenset[str]:
    """The languages that the panel has a catalogue for."""
    return frozenset(path.stem for path in FOLDER.glob("*.po"))


@cache
def choices() -> dict[str, str]:
    """The languages a worker may choose, each with its own name for itself; English first."""
    named = {name: catalogue(name).forms.get(OWN_NAME, ("",))[0] for name in languages()}
    kept = [name for name in named if named[name]]
    return {name: named[name] for name in sorted(kept, key=lambda name: (name != ENGLISH, name))}


@cache
def languages_with(text: str) -> frozenset[str]:
    """The languages that have this text themselves."""
    return frozenset(name for name in languages() if text in catalogue(name).forms)


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


def language_of(name: str) -> str:
    """The language in which the reader gets this text."""
    return locale() if name in catalogue(locale()).forms else ENGLISH


def t_or(name: str, otherwise: str) -> str:
    """A text that may be missing, such as one named after a reason the carrier gave."""
    return t(name) if name in catalogue(ENGLISH).forms else otherwise


def locale() -> str:
    """The language of this request."""
    chosen = g.get("panel_locale") if has_request_context() else None
    return chosen if isinstance(chosen, str) else ENGLISH


def page_language() -> str:
    """What most of this page is written in, as a browser and a screen reader name it."""
    own, all_texts = catalogue(locale()).forms, catalogue(ENGLISH).forms
    return locale().replace("_", "-") if 2 * len(own) >= len(all_texts) else ENGLISH
