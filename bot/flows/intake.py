"""The next cycles of a program that begin: their first days as digits, or a place on the list."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows._dates import NEEDS, offer

flow = Flow("intake", keywords=("intake", "next cycle", "start dates"), needs=(*NEEDS, "resources"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield offer("dates.next", "treatment")
