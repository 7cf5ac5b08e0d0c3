"""A person is asked for: the wish goes to the queue and the client hears when somebody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.engine import Effect, Flow, Goto, ToQueue, Turn, say
from bot.flows._asking import reading

#: Asked for by voice: then a person needs to know when.
_BY_VOICE = re.compile(r"\b(?:call|phone|ring) me\b|\bgive me a (?:call|ring)\b")

flow = Flow("talk", keywords=("talk", "person", "human", "worker", "staff", "ikajuqti", "ᐃᑲᔪᖅᑎ"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    if _BY_VOICE.search(turn.words.casefold()):
        yield Goto("call_me")
        return
    yield ToQueue("wants_person")
    yield say("talk.asked", reading=reading(turn.facts))
