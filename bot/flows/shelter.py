"""A place to sleep tonight, and a person to help with it if the client wants."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows import _services

flow = Flow(
    "shelter",
    keywords=("shelter", "bed", "shelters", "beds"),
    topic="shelter",
    needs=("resources",),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    found = _services.lines(turn, "shelter", plain=turn.asked_for("shelter"))
    yield _services.tell_and_offer(_services.under(found, "shelter.lines"))


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
