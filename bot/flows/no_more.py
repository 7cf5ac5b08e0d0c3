"""Somebody writes in a sentence that they want no texts: STOP is named, and a person sees it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, say

flow = Flow("no_more", keywords=("stop texting me", "no more texts", "leave me alone"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("not_understood")
    yield say("who_is_this.reply")
