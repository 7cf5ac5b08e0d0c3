"""A ride is asked for: from where, to where and when, for a person to arrange."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, ask, say
from bot.flows._asking import reading

flow = Flow("ride", keywords=("ride", "rides", "a ride", "need a ride", "lift"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("ride.when", told)


@flow.step
def told(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_ride")
    yield say("services.asked", reading=reading(turn.facts))
