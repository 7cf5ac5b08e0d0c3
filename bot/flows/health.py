"""A nurse or doctor, supplies, or programs."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import onward

flow = Flow("health", keywords=("health",), needs=("occurrences", "resources"))

_ONWARD = {"1": "medical", "2": "supplies", "3": "treatment"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("health.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield from onward(turn, ask("health.pick", chosen, *_ONWARD), _ONWARD)
