"""A person is asked for: the wish goes to the queue and the client hears when somebody reads."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, say
from bot.flows._asking import reading

flow = Flow("talk", keywords=("talk", "person", "human", "worker", "staff", "ikajuqti", "ᐃᑲᔪᖅᑎ"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_person")
    yield say("talk.asked", reading=reading(turn.facts))
