"""Resume: the pause ends because the client says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.engine import Effect, Flow, Pause, Turn, say

flow = Flow("resume", keywords=("resume",))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield Pause(timedelta(0))
    yield say("resume.done")
