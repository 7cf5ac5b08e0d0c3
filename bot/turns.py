"""One turn of a conversation: what a step sees, and what follows from what it decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import duty, guard, present, rights
from bot.calendar import acts
from bot.case import Case
from bot.effects import carry_out
from bot.engine import Outcome, Turn, advance
from bot.flows import FLOWS
from bot.program import acting as program
from bot.reports import keeping
from records import rows

TOPIC_LIMIT = 8


def turn_of(case: Case, data: Mapping[str, Any], flow: str) -> Turn:
    """What a step of this flow sees of the text; `data` is what the question carried."""
    needs = FLOWS[flow].needs if flow in FLOWS else ()
    topics = frozenset(filter(None, case.conversation.topics.split(",")))
    if case.contact.doubted_at is not None:
        # Somebody else may read: what was named before is not called by its name to them.
        topics &= {FLOWS[flow].topic if flow in FLOWS else ""}
    facts = present.gather(case, needs)
    return Turn(case.words, case.answer(), data, facts, topics, case.locale)


def take(case: Case, flow: str, step: str | None, turn: Turn) -> Outcome:
    """Runs a step and all it causes; the outcome of the whole turn."""
    outcome = advance(FLOWS, flow, step, turn)
    carry_out(case, outcome)
    for effect in outcome.effects:
        guard.act(case, effect)
        program.act(case, effect)
        rights.act(case, effect)
        keeping.act(case, effect)
        duty.act(case, effect)
        onward = acts.act(case, effect)
        if onward is not None:
            outcome = _go_on(case, outcome, *onward)
    return outcome


def _go_on(case: Case, outcome: Outcome, flow: str, step: str, data: Mapping[str, Any]) -> Outcome:
    """What came of an act is said by the flow that knows the words for it."""
    rows.settle(case.session)
    more = advance(FLOWS, flow, step, turn_of(case, data, flow))
    carry_out(case, more)
    return Outcome(more.flow, outcome.effects + more.effects)


def remember_topic(case: Case, topic: str) -> None:
    """The client has named this subject: it may be called by its plain name from now on."""
    topics = [t for t in case.conversation.topics.split(",") if t and t != topic]
    case.conversation.topics = ",".join([*topics, topic][-TOPIC_LIMIT:])
