"""The simulator's one clock: real time plus an offset that can only grow."""

from datetime import UTC, datetime, timedelta


class MovableClock:
    """Real time moved forward by `offset_seconds`; calling it gives an aware UTC instant."""

    def __init__(self, offset_seconds: float = 0.0) -> None:
        self.offset_seconds = offset_seconds

    def __call__(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.offset_seconds)

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`; ValueError when that would be back in time."""
        if not 0 <= seconds <= 366 * 86400:
            raise ValueError("the clock moves forward only, by a year at most")
        self.offset_seconds += seconds

    def move_to(self, instant: datetime) -> None:
        """Move forward to an aware `instant`; ValueError when it has passed."""
        self.advance((instant - self()).total_seconds())
