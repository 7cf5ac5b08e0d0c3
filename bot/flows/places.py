"""Food, or a place for tonight."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Goto, Turn, ask
from bot.flows._asking import once_more, picked

flow = Flow("places", keywords=("places", "place"), needs=("occurrences", "resources"))

_ONWARD = {"1": "food", "2": "shelter"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("places.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *_ONWARD)
    if digit:
        yield Goto(_ONWARD[digit])
    else:
        yield from once_more(turn, ask("places.pick", chosen, *_ONWARD))
