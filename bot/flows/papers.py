"""ID and money, legal help, or school and work."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Goto, Turn, ask
from bot.flows._asking import once_more, picked

flow = Flow("papers", keywords=("papers", "paper"), needs=("occurrences", "resources"))

_ONWARD = {"1": "money_id", "2": "legal", "3": "school_work"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("papers.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *_ONWARD)
    if digit:
        yield Goto(_ONWARD[digit])
    else:
        yield from once_more(turn, ask("papers.pick", chosen, *_ONWARD))
