"""A call is asked for: at what time it is good, for a person to make it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, ask, say
from bot.flows._asking import reading

flow = Flow(
    "call_me", keywords=("call me", "call back", "callback", "call me back", "phone me", "ring me")
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("call_me.when", told)


@flow.step
def told(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("call_back")
    yield say("services.asked", reading=reading(turn.facts))
