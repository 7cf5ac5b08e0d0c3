"""The weekly healing circle: when it is next, and where if the client asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say
from bot.flows._dates import next_of, tell_next, tell_place

flow = Flow(
    "circle",
    keywords=("circle", "circles", "healing circle", "mamisarnit", "ᒪᒥᓴᕐᓂᑦ"),
    topic="circle",
    needs=("occurrences",),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    is_plain = turn.asked_for("circle")
    date = next_of(turn, "circle")
    if date is None:
        yield say("circle.none" if is_plain else "dates.none")
    else:
        yield from tell_next(date, "circle.next" if is_plain else "dates.next")


@flow.step
def place(turn: Turn) -> Iterator[Effect]:
    yield from tell_place(turn)
