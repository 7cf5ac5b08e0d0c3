"""The word by which the client's own dates are called, so that others learn nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetContact, Turn, ask, say
from bot.flows._asking import once_more, picked

flow = Flow("cover", keywords=("cover", "cover word", "my cover"), asks_code="doubt")

COVERS = {
    "1": "cover.tea",
    "2": "cover.coffee",
    "3": "cover.visit",
    "4": "cover.class",
    "5": "cover.none",
}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("cover.pick", chosen, *COVERS)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *COVERS)
    if digit is None:
        yield from once_more(turn, ask("cover.pick", chosen, *COVERS))
        return
    yield SetContact("cover", COVERS[digit])
    yield say("cover.done")
