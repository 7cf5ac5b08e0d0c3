"""Short notes by which others warn: shown only to those who asked for them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, GiveConsent, Turn, ask, say
from bot.flows._asking import NO, YES, once_more

flow = Flow(
    "notes",
    keywords=("notes", "safety notes", "no notes"),
    needs=("consents", "safety_notes"),
    asks_code="doubt",
)

PURPOSE = "safety_notes"


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    wants = turn.facts.consents.get(PURPOSE, False)
    if not wants or "no notes" in turn.words.casefold():
        yield ask("notes.ask", answered, YES, NO)
        return
    found = turn.facts.safety_notes.get("new", ())
    yield say("notes.read", lines=tuple(found)) if found else say("notes.none")


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    answer = turn.choice(YES, NO)
    if answer is None:
        yield from once_more(turn, ask("notes.ask", answered, YES, NO))
        return
    yield GiveConsent(PURPOSE, answer == YES)
    yield say("news.done")
