"""What the carrier still has to do, ordered by when it is due."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(order=True)
class Event:
    """One thing due at `due_at`; webhooks of one `lane` are posted one after the other."""

    due_at: datetime
    order: int
    kind: str = field(compare=False)
    sid: str = field(compare=False)
    lane: str = field(compare=False)
    attempt: int = field(compare=False, default=0)
    data: dict[str, Any] = field(compare=False, default_factory=dict)

    @property
    def posts(self) -> bool:
        """Whether carrying it out waits for the line to answer a webhook."""
        return self.kind.endswith((".inbound", ".callback", ".fetch"))


class Pending:
    """A queue by due time; two events due together keep the order in which they were added."""

    def __init__(self) -> None:
        self._heap: list[Event] = []
        self._order = 0

    def add(self, due_at: datetime, kind: str, sid: str, lane: str, **data: Any) -> Event:
        """Queue a new event; `data` must be plain JSON data."""
        self._order += 1
        event = Event(due_at, self._order, kind, sid, lane, data=data)
        heapq.heappush(self._heap, event)
        return event

    def again(self, event: Event, due_at: datetime) -> None:
        """Queue `event` once more as its next attempt."""
        later = self.add(due_at, event.kind, event.sid, event.lane, **event.data)
        later.attempt = event.attempt + 1

    def take(self, now: datetime) -> Event | None:
        """The first event due at or before `now`, taken out of the queue."""
        if self._heap and self._heap[0].due_at <= now:
            return heapq.heappop(self._heap)
        return None

    def holds(self, lane: str) -> bool:
        """Whether an event of `lane` is held back (data `held`) for a later one to overtake."""
        return any(event.lane == lane and event.data.get("held") for event in self._heap)

    def release(self, lane: str, due_at: datetime) -> None:
        """Bring every held event of `lane` (data `held`) forward to `due_at`, behind the rest."""
        held = [e for e in self._heap if e.lane == lane and e.data.get("held")]
        if held:
            self._heap = [e for e in self._heap if e not in held]
            heapq.heapify(self._heap)
            for event in sorted(held):
                data = {**event.data, "held": False}
                self.add(due_at, event.kind, event.sid, lane, **data)

    def next_due(self) -> datetime | None:
        """When the first event is due, or None."""
        return self._heap[0].due_at if self._heap else None

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[Event]:
        return iter(self._heap)

    def fill(self, events: Iterable[Event]) -> None:
        """Take over `events` as the whole queue."""
        self._heap = sorted(events)
        self._order = max((event.order for event in self._heap), default=0)
