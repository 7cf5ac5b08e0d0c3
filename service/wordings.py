"""Reads the file of wordings that WhatsApp has approved, and says what is wrong with one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.discreet import telling_words
from bot.locales import po
from bot.texts import LOCALES, Catalogues
from bot.wordings import PLACE, Wording
from records.errors import SettingsError

FIELDS = {"text", "sid", "words"}
LONGEST = 1024
_SID = re.compile(r"HX[0-9a-f]{32}")


def load(path: Path, texts: Catalogues) -> tuple[Wording, ...]:
    """All wordings of the file, each checked against our own texts. Raises SettingsError."""
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8")).get("wording", [])
    except (OSError, ValueError) as error:
        raise SettingsError(f"WHATSAPP_WORDINGS: {path} cannot be read: {error}") from error
    found: list[Wording] = []
    for place, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        wrong = _wrong(row, texts, {one.sid for one in found})
        if wrong is not None:
            raise SettingsError(f"WHATSAPP_WORDINGS: {path}, wording {place}: {wrong}")
        found.append(Wording(row["text"], row["sid"], row["words"]))
    return tuple(found)


def _wrong(row: Any, texts: Catalogues, taken: set[str]) -> str | None:
    """What is wrong with one entry of the file, in words."""
    if not isinstance(row, dict) or set(row) != FIELDS:
        return "needs exactly text, sid and words"
    if not all(isinstance(value, str) for value in row.values()):
        return "text, sid and words must be in quotes"
    if not _SID.fullmatch(row["sid"]) or row["sid"] in taken:
        return f"sid '{row['sid']}' is not HX and 32 of 0-9a-f, or stands there twice"
    if row["text"] not in texts.ids():
        return f"there is no text '{row['text']}'"
    return _wrong_words(row["text"], row["words"], texts)


def _wrong_words(text_id: str, words: str, texts: Catalogues) -> str | None:
    places = PLACE.findall(words)
    if places != [str(n) for n in range(1, len(places) + 1)]:
        return "places must be {{1}}, {{2}} and so on, each once"
    fixed = PLACE.sub("\0", words)
    if fixed.startswith("\0") or fixed.endswith("\0") or "\0\0" in fixed:
        return "a place must stand between words: WhatsApp approves no other"
    if len(words) > LONGEST:
        return f"longer than {LONGEST} characters"
    if telling := telling_words(words):
        return f"says '{telling[0]}': whoever else reads the phone would know"
    if not any(form.fullmatch(PLACE.sub("1", words)) for form in _forms(text_id, texts)):
        return f"these are not the words of '{text_id}' in any language (bot/locales)"
    return None


def _forms(text_id: str, texts: Catalogues) -> Iterator[re.Pattern[str]]:
    """What a client may get as this text: each language alone, and a draft with its English."""
    said = {}
    for locale in LOCALES:
        entry = texts.entry(text_id, locale)
        said[locale] = [_open(form) for form in entry.forms] if entry else []
    for locale, forms in said.items():
        for form in forms:
            yield re.compile(form)
            if locale != "en":
                yield from (re.compile(f"{form}\n{english}") for english in said["en"])


def _open(form: str) -> str:
    """A form as a pattern in which anything may stand at a place."""
    return "".join(
        ".+" if n % 2 else re.escape(part) for n, part in enumerate(po.PLACE.split(form))
    )
