"""Which dates: get-together, groups, programs, one to one, or somebody to come along."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import onward

flow = Flow(
    "dates",
    keywords=("dates", "date", "ulluqsiuti", "ᐅᓪᓗᖅᓯᐅᑎ"),
    needs=("occurrences", "seats", "resources"),
)

_ONWARD = {
    "1": "circle",
    "2": "peer",
    "3": "sessions",
    "4": "intake",
    "5": "one_to_one",
    "6": "company",
    "7": "ride",
}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("dates.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield from onward(turn, ask("dates.pick", chosen, *_ONWARD), _ONWARD)
