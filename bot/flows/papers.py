"""ID and money, legal help, or school and work."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import onward

flow = Flow("papers", keywords=("papers", "paper"), needs=("occurrences", "resources"))

_ONWARD = {"1": "money_id", "2": "legal", "3": "school_work"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("papers.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield from onward(turn, ask("papers.pick", chosen, *_ONWARD), _ONWARD)
