"""Somebody says this is the wrong phone: texts stop, and a person looks at it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, NotTheirs, SetContact, Turn, say

flow = Flow("wrong_number", keywords=("wrong number", "wrong person"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield SetContact("safe_to_text", "no")
    yield SetContact("doubted", "yes")
    yield NotTheirs()
    yield say("wrong_number.reply")
