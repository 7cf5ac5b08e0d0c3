"""A client wants everything erased: texts stop at once, and a person speaks with them first."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import AskErasure, Effect, Flow, ToQueue, Turn, say

flow = Flow(
    "erase_me",
    keywords=(
        "erase me",
        "erase my data",
        "erase everything",
        "delete me",
        "delete my data",
        "delete everything",
        "delete my number",
        "forget me",
    ),
    asks_code="always",
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield AskErasure()
    yield ToQueue("wants_erasure", "urgent")
    yield say("erase_me.reply")
