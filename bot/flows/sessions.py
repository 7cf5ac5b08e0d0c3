"""Group sessions on a subject: the next ones as digits."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows._dates import NEEDS, offer

flow = Flow(
    "sessions",
    keywords=("sessions", "session", "modules", "workshops"),
    needs=(*NEEDS, "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield offer("dates.next", "group")
