"""ID, papers and money."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn
from bot.flows import _services

flow = Flow(
    "money_id", keywords=("id", "money", "money and id"), topic="money_id", needs=("resources",)
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    found = _services.lines(turn, "money", "general", plain=turn.asked_for("money_id"))
    yield _services.tell_and_offer(_services.under(found, "money_id.lines"))


@flow.step
def person(turn: Turn) -> Iterator[Effect]:
    yield from _services.answer_person(turn)
