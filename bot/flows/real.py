"""Somebody asks whether a person writes here: a machine does, and when one reads."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Text, ToQueue, Turn, say
from bot.flows._asking import reading

flow = Flow("real", keywords=("are you human", "are you a person", "is this a person"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_person")
    yield say("lines.joined", lines=(Text("who_is_this.reply"), reading(turn.facts)))
