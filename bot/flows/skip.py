"""Leaves a question out, without a reason and without a reproach."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, EndCheck, Flow, Turn, say

flow = Flow("skip", keywords=("skip", "skip it", "skip this"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield EndCheck(None)
    yield say("stage_check.skipped")
