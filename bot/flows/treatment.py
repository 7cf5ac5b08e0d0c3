"""Treatment and groups: the next group, the places that help, and a person to start it with."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Text, Turn, When
from bot.flows import _services
from bot.flows._dates import next_of

flow = Flow(
    "treatment",
    keywords=("treatment", "rehab", "detox", "groups", "group", "program", "programs"),
    topic="treatment",
    needs=("occurrences", "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    is_plain = turn.asked_for("treatment")
    found = _services.lines(turn, "treatment", plain=is_plain)
    heading = "treatment.plain" if is_plain else "treatment.cover"
    yield _services.tell_and_offer(*_next_group(turn), _services.under(found, heading))


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)


def _next_group(turn: Turn) -> list[Text]:
    date = next_of(turn, "treatment", "group")
    if date is None:
        return [Text("treatment.none")]
    said = [Text("treatment.next", {"when": When(date.starts_local)})]
    said += [Text("dates.sample")] if date.is_sample else []
    return [*said, Text("treatment.dates")]
