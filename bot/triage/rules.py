"""The rules of the urgency check, read from the files under rules/ that a caseworker can read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.triage.patterns import Finder, Part, parse
from bot.triage.reading import RULES, word_classes
from bot.triage.verdict import KINDS, Tier

HINT = "hint"
_FIELDS = {"name", "kind", "tier", "points", "match", "unless", "serious", "weak", "fires", "quiet"}
_GUARD_FIELDS = {"name", "effect", "kinds", "reach", "match"}


@dataclass(frozen=True)
class Rule:
    """One reason to raise a text.

    `tier` is None for a hint: hints only count together, by `points`. `serious` rules are not
    lowered by laughter; a `weak` one, whose words everyday texts use too, counts only where the
    rest of the text bears it out. `fires` and `quiet` are examples that must and must not raise it.
    """

    name: str
    kind: str
    language: str
    tier: Tier | None
    points: float
    serious: bool
    weak: bool
    fires: tuple[str, ...]
    quiet: tuple[str, ...]


@dataclass(frozen=True)
class Unless:
    """Words that keep a rule quiet when they stand in the same sentence."""

    rule: str


@dataclass(frozen=True)
class Guard:
    """Words that change what other words mean: a film, a hunt, homework, long ago.

    `effect` is drop (the signal is not one), lower (one step) or past (one step, and said so);
    `reach` is sentence or text; `kinds` are those it bears on, empty for all.
    """

    name: str
    effect: str
    reach: str
    kinds: frozenset[str]


Owner = Rule | Unless | Guard


@cache
def rules() -> tuple[Rule, ...]:
    """Every rule, in the order of the files."""
    return tuple(rule for rule, _ in _loaded())


@cache
def finder() -> Finder[Owner]:
    """All patterns of all rules, exceptions and guards, ready to look up."""
    patterns: list[tuple[Owner, tuple[Part, ...]]] = []
    for rule, entry in _loaded():
        patterns += [(rule, _parse(text, rule.name)) for text in entry["match"]]
        patterns += [(Unless(rule.name), _parse(text, rule.name)) for text in entry["unless"]]
    for guard, texts in _guards():
        patterns += [(guard, _parse(text, guard.name)) for text in texts]
    return Finder(patterns, word_classes()["common"])


def _parse(text: str, name: str) -> tuple[Part, ...]:
    try:
        return parse(text, word_classes())
    except ValueError as error:
        raise ValueError(f"rule {name!r}: {error}") from error


@cache
def _loaded() -> tuple[tuple[Rule, dict[str, list[str]]], ...]:
    found: list[tuple[Rule, dict[str, list[str]]]] = []
    for path in sorted(RULES.glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        found += [_rule(entry, data, path) for entry in data.get("rule", [])]
    names = [rule.name for rule, _ in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two rules have one name: {sorted(twice)}")
    return tuple(found)


def _rule(
    entry: dict[str, Any], data: dict[str, Any], path: Path
) -> tuple[Rule, dict[str, list[str]]]:
    kind = entry.get("kind", data["kind"])
    if kind not in KINDS or not entry.keys() <= _FIELDS:
        raise ValueError(f"{path.name}: wrong kind or field in rule {entry.get('name')!r}")
    rule = Rule(
        name=entry["name"],
        kind=kind,
        language=data.get("language", "en"),
        tier=None if entry["tier"] == HINT else Tier(entry["tier"]),
        points=float(entry.get("points", 1.0)),
        serious=bool(entry.get("serious", False)),
        weak=bool(entry.get("weak", False)),
        fires=tuple(entry.get("fires", ())),
        quiet=tuple(entry.get("quiet", ())),
    )
    return rule, {"match": entry["match"], "unless": entry.get("unless", [])}


@cache
def whole_messages() -> frozenset[str]:
    """Words that ask for help when they are the whole message (rules/help.toml)."""
    data = tomllib.loads((RULES / "help.toml").read_text(encoding="utf-8"))
    return frozenset(data["whole"].split())


def _guards() -> list[tuple[Guard, list[str]]]:
    data = tomllib.loads((RULES / "guards.toml").read_text(encoding="utf-8"))
    found: list[tuple[Guard, list[str]]] = []
    for entry in data["guard"]:
        if not entry.keys() <= _GUARD_FIELDS or entry["effect"] not in {"drop", "lower", "past"}:
            raise ValueError(f"guards.toml: wrong field or effect in {entry.get('name')!r}")
        guard = Guard(
            name=entry["name"],
            effect=entry["effect"],
            reach=entry.get("reach", "sentence"),
            kinds=frozenset(entry.get("kinds", ())),
        )
        found.append((guard, entry["match"]))
    return found
