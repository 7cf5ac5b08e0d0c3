"""A promised ride is not there: somebody waits, perhaps in the cold, and a person looks now."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, say
from bot.flows._asking import reading

flow = Flow("ride_late", keywords=("no ride", "where is my ride", "my ride is late"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_ride", "urgent")
    yield say("ride.late", reading=reading(turn.facts))
