"""A goodbye is answered shortly; nothing is closed by it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say

flow = Flow("goodbye", keywords=("bye", "goodbye", "good night", "goodnight", "cya", "ttyl"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("goodbye.reply")
