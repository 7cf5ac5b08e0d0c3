"""What a French text asks for: its words alone, or within a sentence that asks or wants."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from bot.language.detect import detect

#: A text of so few words asks by naming a thing.
BRIEF = 4
_WORD = re.compile(r"[^\W_]+|\?")

Phrases = Mapping[tuple[str, ...], str]


@dataclass(frozen=True)
class _Lists:
    words: Phrases
    asks: Phrases
    asking: frozenset[tuple[str, ...]]
    nothing_asked: frozenset[tuple[str, ...]]


def flow_for(text: str) -> str | None:
    """The flow whose word this whole text is, accents or not; None for anything longer."""
    return _lists().words.get(tuple(word for word in _read(text) if word != "?"))


def asked_for(text: str) -> str | None:
    """The flow that a French sentence asks for, by its longest phrase; None when two are named.

    Only what is asked or wanted, or so short that naming it asks. A topic only: danger and
    ARRET have their own rules, read before.
    """
    if detect(text).language != "fr":
        return None
    spoken, lists = _read(text), _lists()
    if _met(spoken, lists.nothing_asked):
        return None
    if len(spoken) > BRIEF and "?" not in spoken and not _met(spoken, lists.asking):
        return None
    met = _met(spoken, lists.asks)
    longest = max(map(len, met), default=0)
    found = {lists.asks[phrase] for phrase in met if len(phrase) == longest}
    return found.pop() if len(found) == 1 else None


def words() -> dict[str, str]:
    """Every whole text that starts a flow, folded, and that flow."""
    return {" ".join(phrase): flow for phrase, flow in _lists().words.items()}


def _met(spoken: tuple[str, ...], phrases: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    grams = {
        spoken[at : at + length]
        for at in range(len(spoken))
        for length in range(1, min(6, len(spoken) - at) + 1)
    }
    return grams.intersection(phrases)


def _read(text: str) -> tuple[str, ...]:
    """Lower-case words without accents; an apostrophe or a hyphen parts two."""
    flat = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return tuple(_WORD.findall("".join(c for c in flat if not unicodedata.combining(c))))


@cache
def _lists() -> _Lists:
    data = tomllib.loads((files(__package__) / "french.toml").read_text("utf-8"))
    signs, flows = data["signs"], data["flow"]
    return _Lists(
        words=_by_phrase(flows, "words"),
        asks=_by_phrase(flows, "asks"),
        asking=frozenset(_read(phrase) for phrase in (*signs["asks"], *signs["wants"])),
        nothing_asked=frozenset(_read(phrase) for phrase in signs["nothing_asked"]),
    )


def _by_phrase(flows: Mapping[str, Mapping[str, Iterable[str]]], name: str) -> Phrases:
    return {_read(phrase): flow for flow, lists in flows.items() for phrase in lists[name]}
