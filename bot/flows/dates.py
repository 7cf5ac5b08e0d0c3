"""Which dates: the weekly get-together, the small group, or other groups."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Goto, Turn, ask
from bot.flows._asking import once_more, picked

flow = Flow(
    "dates", keywords=("dates", "date", "ulluqsiuti", "ᐅᓪᓗᖅᓯᐅᑎ"), needs=("occurrences", "resources")
)

_ONWARD = {"1": "circle", "2": "peer", "3": "treatment"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("dates.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *_ONWARD)
    if digit:
        yield Goto(_ONWARD[digit])
    else:
        yield from once_more(turn, ask("dates.pick", chosen, *_ONWARD))
