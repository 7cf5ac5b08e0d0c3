"""Asks for the client's own word before anything that is theirs alone is said."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, WrongCode, say

flow = Flow("code_word")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("code_word.ask")


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    # The right word never comes here: the line knows it before it looks at any question.
    yield WrongCode()
