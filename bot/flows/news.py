"""News for many: all of it, a part, or none; changed by the client at any time."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, GiveConsent, Turn, ask, say
from bot.flows._asking import NO, YES, once_more, picked

flow = Flow("news", keywords=("news", "no news", "stop news"))

ALL = "broadcasts"
PARTS = {"2": "news_dates", "3": "news_programs", "4": "news_changes"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("first_contact.broadcasts", answered, YES, NO)


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield GiveConsent(ALL, True)
            yield ask("news.which", part, "1", *PARTS)
        case "2":
            yield GiveConsent(ALL, False)
            yield from (GiveConsent(purpose, False) for purpose in PARTS.values())
            yield say("news.done")
        case _:
            yield from once_more(turn, ask("first_contact.broadcasts", answered, YES, NO))


@flow.step
def part(turn: Turn) -> Iterator[Effect]:
    """All of it holds from the yes on; a part narrows it."""
    digit = picked(turn, "1", *PARTS)
    if digit is None:
        yield from once_more(turn, ask("news.which", part, "1", *PARTS))
        return
    if digit in PARTS:
        yield GiveConsent(ALL, False)
    yield from (GiveConsent(purpose, digit == key) for key, purpose in PARTS.items())
    yield say("news.done")
