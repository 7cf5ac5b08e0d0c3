"""Time with one person: a worker, an elder, a mentor, help with school."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import once_more, picked
from bot.flows._dates import NEEDS, offer

flow = Flow(
    "one_to_one",
    keywords=("one to one", "1 to 1", "one on one", "elder", "mentor", "tutor"),
    needs=(*NEEDS, "resources"),
)

KINDS = {"1": "counselling", "2": "elder", "3": "mentoring", "4": "tutoring"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("one_to_one.pick", chosen, *KINDS)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *KINDS)
    if digit is None:
        yield from once_more(turn, ask("one_to_one.pick", chosen, *KINDS))
        return
    yield offer("dates.next", KINDS[digit])
