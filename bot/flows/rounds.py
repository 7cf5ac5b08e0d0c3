"""Outreach rounds: when they come by next, and where only if the client asks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows._dates import NEEDS, offer

flow = Flow("rounds", keywords=("rounds", "outreach", "van"), needs=(*NEEDS, "resources"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield offer("dates.next", "outreach")
