"""Who looks after the children: the next date where somebody does, and a person for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Text, Turn, When
from bot.flows import _services

flow = Flow(
    "child_care", keywords=("child care", "childcare", "babysitter"), needs=("occurrences",)
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    dates = [o for kind in turn.facts.occurrences.values() for o in kind if o.has_child_care]
    parts: tuple[Text, ...] = ()
    if dates:
        soonest = min(dates, key=lambda o: o.starts_local)
        sample = (Text("dates.sample"),) if soonest.is_sample else ()
        parts = (Text("child_care.next", {"when": When(soonest.starts_local)}), *sample)
    yield _services.tell_and_offer(*parts)


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
