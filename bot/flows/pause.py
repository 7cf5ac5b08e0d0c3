"""Pause: for a day nothing is sent but answers and urgent texts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.engine import Effect, Flow, Pause, Turn, say

flow = Flow("pause", keywords=("pause", "nuqqakainnarli", "ᓄᖅᑲᑲᐃᓐᓇᕐᓕ"))

LENGTH = timedelta(hours=24)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield Pause(LENGTH)
    yield say("pause.done")
