"""Somebody asks who this is: the same neutral line for all, which reveals nothing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, say

flow = Flow(
    "who_is_this",
    keywords=(
        "who",
        "who is this",
        "whos this",
        "who's this",
        "who dis",
        "who are you",
        "kinauvit",
        "ᑭᓇᐅᕕᑦ",
    ),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("who_is_this.reply")
