"""Food, or a place for tonight."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import onward

flow = Flow("places", keywords=("places", "place"), needs=("occurrences", "resources"))

_ONWARD = {"1": "food", "2": "shelter"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("places.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield from onward(turn, ask("places.pick", chosen, *_ONWARD), _ONWARD)
