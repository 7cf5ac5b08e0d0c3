"""A client wants a copy of what is kept: a person hands it over, and it never goes by text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, say

flow = Flow(
    "my_copy",
    keywords=("my copy", "my file", "my record", "my records", "copy of my data"),
    asks_code="doubt",
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_copy")
    yield say("my_copy.reply")
