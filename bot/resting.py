"""Remembers what could not be settled, so that it is not tried again at once, before all others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

#: How long a row waits after it failed once, twice and so on.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
#: The same where somebody may be in danger meanwhile.
SHORT_WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 4, 8, 15, 30))


class Resting:
    """Rows that failed and wait. Of this process alone: after a restart each is tried at once."""

    def __init__(self) -> None:
        self._failed: dict[tuple[str, int], tuple[int, datetime]] = {}

    def at(self, now: datetime, what: str) -> list[int]:
        """The ids of rows of this work that are not to be tried yet."""
        rows = list(self._failed.items())
        return sorted(row_id for (of, row_id), (_, until) in rows if of == what and until > now)

    def next_at(self, now: datetime, what: str) -> datetime | None:
        """When the first of them may be tried again; None while none rests."""
        rows = list(self._failed.items())
        return min((t for (of, _), (_, t) in rows if of == what and t > now), default=None)

    def begins(
        self, what: str, row_id: int, now: datetime, waits: Sequence[timedelta] = WAITS
    ) -> None:
        """It failed (again)."""
        times = self._failed.get((what, row_id), (0, now))[0]
        until = now + waits[min(times, len(waits) - 1)]
        self._failed[what, row_id] = (times + 1, until)

    def ends(self, what: str, row_id: int) -> None:
        """It was settled."""
        self._failed.pop((what, row_id), None)

    def forget(self) -> None:
        """The clock was set back, and by it they would rest as much longer: each is tried now."""
        self._failed.clear()
