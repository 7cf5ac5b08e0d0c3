"""What the line knows at this moment and a conversation may need: dates, services, hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class OccurrenceFact:
    """One coming date. `starts_local` is wall time at the line's zone. `is_full`: no seat is free
    for who asks now."""

    kind: str
    name: str
    starts_local: datetime
    place: str
    has_food: bool
    has_ride: bool
    is_sample: bool
    id: int = 0
    is_full: bool = False
    has_child_care: bool = False
    is_walk_in: bool = False


@dataclass(frozen=True)
class SeatFact:
    """A seat this client has at a coming date; `is_held`: offered to them, not theirs yet."""

    id: int
    occurrence_id: int
    kind: str
    starts_local: datetime
    place: str
    is_sample: bool
    is_held: bool = False


@dataclass(frozen=True)
class WaitFact:
    """A place of this client's on the waiting list of a coming date."""

    id: int
    occurrence_id: int
    starts_local: datetime


@dataclass(frozen=True)
class ResourceFact:
    """One service that may be sent: verified and not stale."""

    slug: str
    category: str
    name: str
    discreet_name: str
    call: str | None
    text: str | None
    hours: str
    ask_inuktitut: str | None
    area: str
    languages: str = ""


#: Under this name `Facts.seats` holds the client's own.
OWN = "own"


class Looked(Mapping[str, Any]):
    """Facts that are read when a step first looks at them; most turns look at few."""

    def __init__(self, read: Callable[[], Mapping[str, Any]]) -> None:
        self._read = read

    @cached_property
    def _found(self) -> Mapping[str, Any]:
        return self._read()

    def __getitem__(self, name: str) -> Any:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@dataclass(frozen=True)
class Facts:
    """Frozen facts for one turn.

    `occurrences` by kind, soonest first; `resources` by category, best first;
    `reads_next_local` is when a person reads next (now, while the office is staffed);
    `is_new` is true until first contact was offered; `minimum_age` in years.
    `consents` holds what the client last said to each purpose. `kept_days` is how long texts
    are kept; `safety_notes` "new" what others warn of; `legal_profile` the law that the program
    goes by: phipa, cyfsa or principles. `seats` holds under OWN the seats they have, soonest
    first, `waits` their places on waiting lists.
    """

    now_local: datetime
    occurrences: Mapping[str, tuple[OccurrenceFact, ...]] = field(default_factory=dict)
    resources: Mapping[str, tuple[ResourceFact, ...]] = field(default_factory=dict)
    is_staffed: bool = False
    reads_next_local: datetime | None = None
    is_new: bool = False
    minimum_age: int = 16
    safe_to_text: str = "unknown"
    age_ok: str = "unknown"
    consents: Mapping[str, bool] = field(default_factory=dict)
    is_paused: bool = False
    safety_notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kept_days: int = 90
    legal_profile: str = "phipa"
    is_erasing: bool = False
    seats: Mapping[str, tuple[SeatFact, ...]] = field(default_factory=dict)
    waits: Mapping[str, tuple[WaitFact, ...]] = field(default_factory=dict)
