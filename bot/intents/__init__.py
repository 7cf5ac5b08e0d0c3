"""What a plain sentence asks for, found by rules a caseworker could read; unsure means None."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from bot.intents import french, inuktitut
from bot.intents.reading import Reading, Words

#: A longer text tells a story: a person reads it.
MOST_WORDS = 22
BRIEF, SHORTISH = 4, 10
FILLER = "filler"
_BASE, _PER_WORD = 0.7, 0.1


@dataclass(frozen=True)
class Intent:
    """A flow and how sure the match is, from 0 to 1: the longer the phrase, the surer."""

    flow: str
    score: float


@dataclass(frozen=True)
class _Rule:
    flow: str
    of: str
    with_any: frozenset[str]
    unless: frozenset[str]
    whole: bool

    def fits(self, concepts: Mapping[str, int]) -> bool:
        if self.of not in concepts or self.unless & concepts.keys():
            return False
        return not self.with_any or bool(self.with_any & concepts.keys())


def match(text: str) -> Intent | None:
    """The flow that a plain sentence asks for; None when it is not clear.

    Deterministic and pure: the same text gives the same answer. Of several rules that fit,
    the one with the longest phrase wins, then the one that stands first.
    """
    words, rules = _data()
    reading = words.read(text)
    if not reading.tokens or len(reading.tokens) > MOST_WORDS:
        return None
    concepts = _concepts(words, reading)
    fitting = [
        rule
        for rule in rules
        if rule.fits(concepts) and (not rule.whole or words.are_all(reading, rule.of, FILLER))
    ]
    if not fitting:
        own = inuktitut.asked_for(text) if {"brief", "asks"} & concepts.keys() else None
        flow = own or french.asked_for(text)
        return Intent(flow, _BASE + _PER_WORD) if flow else None
    best = max(fitting, key=lambda rule: concepts[rule.of])
    return Intent(best.flow, min(1.0, _BASE + _PER_WORD * concepts[best.of]))


def speaks_of_a_date(text: str) -> bool:
    """Does a short text speak of a date that it does not name ("i need to cancel")?

    It asks for nothing by itself; from somebody who has a place it is about that place.
    """
    words, _ = _data()
    reading = words.read(text)
    concepts = _concepts(words, reading)
    return {"date_spoken", "shortish"} <= concepts.keys() and "my_date_other" not in concepts


def _concepts(words: Words, reading: Reading) -> dict[str, int]:
    """Each concept met, with the number of words of its longest phrase."""
    found = words.concepts(reading)
    if reading.is_question:
        found.setdefault("asks", 1)
    found.update({"brief": 1} if len(reading.tokens) <= BRIEF else {})
    found.update({"shortish": 1} if len(reading.tokens) <= SHORTISH else {})
    if "asks" in found and reading.is_question:
        found.pop("nothing_asked", None)
    return found


@cache
def _data() -> tuple[Words, tuple[_Rule, ...]]:
    folder = files("bot.intents")
    rules = tomllib.loads(folder.joinpath("rules.toml").read_text(encoding="utf-8"))
    spelling = tomllib.loads(folder.joinpath("spelling.toml").read_text(encoding="utf-8"))
    words = Words(
        concepts=rules["concepts"],
        short=spelling["short"],
        not_misspelt=frozenset(spelling["not_misspelt"]["words"].split()),
    )
    return words, tuple(_rule(raw, rules["never"]) for raw in rules["rule"])


def _rule(raw: Mapping[str, Any], never: list[str]) -> _Rule:
    return _Rule(
        flow=raw["flow"],
        of=raw["of"],
        with_any=frozenset(raw.get("with", ())),
        unless=frozenset([*raw.get("unless", ()), *never]),
        whole=raw.get("whole", False),
    )
