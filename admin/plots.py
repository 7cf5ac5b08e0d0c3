"""Small pictures of how a client has been; a table under them says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from records.models import CheckIn

MOODS = ("ok", "so_so", "not_ok")
STEP_WIDTH, STEP_HEIGHT = 24, 28
HEIGHT = STEP_HEIGHT * (len(MOODS) + 1)
#: Answered stands high, asked in vain low: what to read without colours.
BAR = {"answered": 40, "heard": 28, "sent": 12, "unanswered": 12, "dropped": 4}
BAR_ROOM = 44


@dataclass(frozen=True)
class Bar:
    """One asking: `x` and `height` in the picture's units, `state` as in CheckIn."""

    x: int
    height: int
    state: str


def moods(rows: Iterable[CheckIn]) -> list[tuple[int, int]]:
    """Where each answer stands, oldest left, ok on top. Rows come newest first."""
    said = [row.answer for row in reversed(list(rows)) if row.answer in MOODS]
    return [
        (STEP_WIDTH * (n + 1), STEP_HEIGHT * (MOODS.index(mood) + 1))
        for n, mood in enumerate(said)
        if mood is not None
    ]


def askings(rows: Iterable[CheckIn]) -> list[Bar]:
    """One bar for each time they were asked, oldest left. Rows come newest first."""
    return [
        Bar(STEP_WIDTH * n + STEP_WIDTH // 2, BAR.get(row.state, 4), row.state)
        for n, row in enumerate(reversed(list(rows)))
    ]
