"""School and work: the next study help, who to ask, and a person to help with it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Text, Turn, When
from bot.flows import _services
from bot.flows._dates import next_of

flow = Flow(
    "school_work",
    keywords=("school", "work", "job", "jobs", "iqqanaijaat", "ᐃᖅᑲᓇᐃᔮᑦ"),
    topic="school_work",
    needs=("occurrences", "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    date = next_of(turn, "tutoring", "mentoring")
    parts = [Text("school_work.next", {"when": When(date.starts_local)})] if date else []
    parts.append(_services.under(_services.lines(turn, "general"), "school_work.lines"))
    yield _services.tell_and_offer(*parts)


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
