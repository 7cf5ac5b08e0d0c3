"""Free legal help, a lawyer, court."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows import _services

flow = Flow("legal", keywords=("legal", "lawyer", "court"), topic="legal", needs=("resources",))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    found = _services.lines(turn, "legal")
    yield _services.tell_and_offer(_services.under(found, "legal.lines"))


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
