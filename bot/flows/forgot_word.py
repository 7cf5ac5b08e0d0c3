"""A word of their own is forgotten: a person chooses a new one with the client."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, say

flow = Flow(
    "forgot_word",
    keywords=("i forgot", "i forgot it", "forgot", "forgot it", "i dont remember"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("identity")
    yield say("asking.to_person")
