"""Somebody wants to be looked after for a risky hour: how the timer is started."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say

flow = Flow(
    "check_on_me",
    keywords=("check on me", "check in on me", "safe call", "safe timer", "safety timer", "timer"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("timer.how")
