"""Asks again, after 30 days, whether this phone is still safe to text."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetContact, Turn, ask, say
from bot.flows._asking import NO, YES, once_more

flow = Flow("still_safe")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("still_safe.ask", answered, YES, NO)


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield SetContact("safe_to_text", "yes")
            yield say("still_safe.yes")
        case "2":
            yield SetContact("safe_to_text", "no")
            yield say("first_contact.not_safe")
        case _:
            yield from once_more(turn, ask("still_safe.ask", answered, YES, NO))
