"""Reads the files that translators edit: one text, its class, and who approved it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po

from bot.locales.commands import COMMANDS

#: What a text is about decides whether an unapproved translation may stand alone.
ORDINARY = "ordinary"
GUARDED = ("consent", "danger", "numbers", "rights")
CLASSES = (ORDINARY, *GUARDED)
DRAFT = "draft"
PLACE = re.compile(r"\{([a-z_]+)\}")
_FIXED = re.compile(r"\{[a-z_]+\}|\d+|\b[A-Z]{4,}\b")
_REVIEWED = re.compile(r"^reviewed by (?P<by>.+) on (?P<on>\d{4}-\d{2}-\d{2})$")


class TextError(Exception):
    """A text is missing, belongs to no class, or has a place that nothing fills."""


@dataclass(frozen=True)
class Entry:
    """One text in one language: its forms by number, its class, and who approved it."""

    id: str
    locale: str
    forms: tuple[str, ...]
    text_class: str
    says_draft: bool
    reviewed: tuple[str, str] | None

    @property
    def places(self) -> frozenset[str]:
        """The names that must be filled."""
        return frozenset(name for form in self.forms for name in PLACE.findall(form))

    @property
    def fixed(self) -> frozenset[str]:
        """What a translation must keep: places, numbers, and command words in capitals."""
        own = COMMANDS.get(self.locale, {})
        found = (part for form in self.forms for part in _FIXED.findall(form))
        return frozenset(own.get(part, part) for part in found)

    @property
    def is_draft(self) -> bool:
        """No speaker has approved it; who approved a text that is still flagged did not mean it."""
        return self.says_draft or self.reviewed is None


def read(path: Path, locale: str) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=locale, charset="utf-8", abort_invalid=True)
    except (OSError, ValueError, PoFileError) as error:
        raise TextError(f"the texts in {path.name} cannot be read: {error}") from error


def messages(catalog: Catalog) -> list[Message]:
    return [m for m in catalog if m.id and any(forms_of(m))]


def forms_of(message: Message) -> tuple[str, ...]:
    forms = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return tuple(form or "" for form in forms)


def id_of(message: Message) -> str:
    return str(message.id[0] if isinstance(message.id, list | tuple) else message.id)


def class_of(message: Message) -> str:
    found = [flag for flag in message.flags if flag in CLASSES]
    return found[0] if len(found) == 1 else ""


def entries(catalog: Catalog, locale: str, classes: Mapping[str, str]) -> list[Entry]:
    return [
        Entry(
            id=id_of(message),
            locale=locale,
            forms=forms_of(message),
            text_class=classes.get(id_of(message), ""),
            says_draft=DRAFT in message.flags,
            reviewed=_reviewed(message),
        )
        for message in messages(catalog)
    ]


def _reviewed(message: Message) -> tuple[str, str] | None:
    for comment in message.user_comments:
        if found := _REVIEWED.match(comment):
            return found["by"], found["on"]
    return None
