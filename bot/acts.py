"""What a conversation may decide about the client's own words and safe hours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SetHours:
    """When texts are safe: weekdays as digits (Monday 0; empty: every day), and minutes after
    midnight of the wall clock, or None for any waking hour."""

    days: str
    starts: int | None
    ends: int | None


@dataclass(frozen=True)
class SetWord:
    """Take this as the client's own word of a kind: code, duress or safe."""

    kind: str
    word: str


@dataclass(frozen=True)
class WrongCode:
    """What was texted was not the code word."""
