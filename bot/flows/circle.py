"""The weekly healing circle: its next dates, and where if the client asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows._dates import NEEDS, offer

flow = Flow(
    "circle",
    keywords=("circle", "circles", "healing circle", "mamisarnit", "ᒪᒥᓴᕐᓂᑦ"),
    topic="circle",
    needs=(*NEEDS, "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    is_plain = turn.asked_for("circle")
    yield offer("circle.next" if is_plain else "dates.next", "circle")
