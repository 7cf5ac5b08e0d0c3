"""A nurse, a doctor or a clinic."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows import _services

flow = Flow(
    "medical",
    keywords=("medical", "doctor", "nurse", "clinic", "aanniavik", "ᐋᓐᓂᐊᕕᒃ"),
    topic="medical",
    needs=("resources",),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    found = _services.lines(turn, "health", plain=turn.asked_for("medical"))
    yield _services.tell_and_offer(_services.under(found, "medical.lines"))


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
