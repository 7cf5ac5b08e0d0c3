"""A client takes back that they wanted everything erased."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, UndoErasure, say

flow = Flow("keep_me", keywords=("keep me",), asks_code="doubt")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    if turn.facts.is_erasing:
        yield UndoErasure()
        yield ToQueue("wants_erasure", "urgent")
    yield say("dates.ok")
