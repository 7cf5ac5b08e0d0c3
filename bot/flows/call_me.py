"""A call is asked for: at what time it is good, for a person to make it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from bot.engine import Effect, Flow, ToQueue, Turn, When, ask, say
from bot.flows._asking import reading
from bot.language.answers import AnswerKind
from bot.language.moments import day, moment

flow = Flow(
    "call_me", keywords=("call me", "call back", "callback", "call me back", "phone me", "ring me")
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    """Who has named the time is not asked for it. A person knows of the wish, answered or not."""
    now = turn.facts.now_local
    at = moment(turn.words, now)
    if at is not None:
        yield from _noted(turn, at)
        return
    yield ToQueue("call_back")
    named = day(turn.words, now)
    yield ask("call_me.when", told, data={"on": named.isoformat()} if named else {})


@flow.step
def told(turn: Turn) -> Iterator[Effect]:
    """Any answer reaches a person; a time in it is repeated, so that a mistake is seen."""
    on = turn.data.get("on")
    at = moment(turn.words, turn.facts.now_local, date.fromisoformat(str(on)) if on else None)
    if at is not None:
        yield from _noted(turn, at)
        return
    if turn.answer is not None and turn.answer.kind is AnswerKind.NO:
        yield say("dates.ok")
        return
    yield ToQueue("call_back")
    yield say("call_me.as_told", reading=reading(turn.facts))


def _noted(turn: Turn, at: datetime) -> Iterator[Effect]:
    yield ToQueue("call_back", at=at)
    yield say("call_me.noted", when=When(at), reading=reading(turn.facts))
