"""News for many: yes or no to getting it, changed by the client at any time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, GiveConsent, Turn, ask, say
from bot.flows._asking import NO, YES, once_more

flow = Flow("news", keywords=("news", "no news", "stop news"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("first_contact.broadcasts", answered, YES, NO)


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    answer = turn.choice(YES, NO)
    if answer is None:
        yield from once_more(turn, ask("first_contact.broadcasts", answered, YES, NO))
        return
    yield GiveConsent("broadcasts", answer == YES)
    yield say("news.done")
