"""The one place that knows what time it is, so that a test or a rehearsal can move it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that tells the time as an aware UTC datetime."""

    def now(self) -> datetime: ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class OffsetClock:
    """A clock, the computer's own by default, moved forward by as much as the simulated phone
    network was."""

    def __init__(self, offset: Callable[[], timedelta], real: Clock | None = None) -> None:
        self._offset, self._real = offset, real or SystemClock()

    def now(self) -> datetime:
        return self._real.now() + self._offset()


class ManualClock:
    """A clock that stands still until it is moved; never backwards."""

    def __init__(self, start: datetime) -> None:
        self._now = utc(start)

    def now(self) -> datetime:
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Raises ValueError for an instant before the present one."""
        if utc(instant) < self._now:
            raise ValueError(f"the clock cannot go back to {instant.isoformat()}")
        self._now = utc(instant)


def utc(instant: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)
