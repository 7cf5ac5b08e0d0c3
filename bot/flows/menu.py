"""The menu, by cover names only: dates, food and places, health, papers and money, a person."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, ask
from bot.flows._asking import onward

flow = Flow(
    "menu",
    keywords=("menu", "options", "choices", "back", "go back", "sujjutit", "ᓱᔾᔪᑎᑦ"),
    needs=("occurrences", "seats", "resources"),
)

_ONWARD = {"1": "dates", "2": "places", "3": "health", "4": "papers", "5": "talk"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("menu.pick", chosen, *_ONWARD)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    yield from onward(turn, ask("menu.pick", chosen, *_ONWARD), _ONWARD)
