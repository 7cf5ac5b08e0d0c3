"""What the urgency check says about one text: how serious it is, of what kind, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class Tier(StrEnum):
    """How soon a person must act: P0 minutes, P1 a day, P2 the same day, P3 no hurry."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"

    @property
    def level(self) -> Level:
        """The level that the rest of the service works with."""
        if self is Tier.P0:
            return Level.EMERGENCY
        return Level.ROUTINE if self is Tier.P3 else Level.URGENT

    def lowered(self, steps: int = 1) -> Tier:
        """The tier `steps` less urgent, never below P3."""
        order = list(Tier)
        return order[min(order.index(self) + steps, len(order) - 1)]


class Level(StrEnum):
    """Emergency: life or liberty now. Urgent: a person must see it. Routine: the rest."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        """0 routine, 1 urgent, 2 emergency: for comparing and for `max(..., key=...)`."""
        return list(Level).index(self)


KINDS: tuple[str, ...] = (
    "suicide",
    "overdose",
    "violence",
    "held",
    "sexual_assault",
    "child",
    "medical",
    "freezing",
    "self_harm",
    "threats",
    "stranded",
    "withdrawal",
    "police",
    "housing",
    "help",
    "wants_out",
    "wants_person",
    "distress",
)
"""Every kind of signal, the one that decides first when two are equally serious."""


@dataclass(frozen=True)
class Signal:
    """One reason for a verdict; holds the rule's name and never the client's words.

    `weight` runs from 0 to 1; `language` is en, fr or iu.
    """

    kind: str
    rule: str
    language: str
    weight: float
    negated: bool = False
    third_person: bool = False
    past: bool = False
    joking: bool = False

    def as_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Verdict:
    """The level and tier of one text, its strongest kind, and every signal that explains it."""

    level: Level
    tier: Tier
    kind: str | None
    signals: tuple[Signal, ...]
