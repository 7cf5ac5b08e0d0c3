"""Food: who to ask, and the next date where there is some."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Text, Turn, When, say
from bot.flows import _services

flow = Flow(
    "food",
    keywords=("food", "hungry", "niqi", "ᓂᕿ"),
    topic="food",
    needs=("occurrences", "resources"),
)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    dates = [o for kind in turn.facts.occurrences.values() for o in kind if o.has_food]
    parts = [_services.under(_services.lines(turn, "food", "general"), "food.lines")]
    if dates:
        soonest = min(dates, key=lambda o: o.starts_local)
        parts.insert(0, Text("food.next", {"when": When(soonest.starts_local)}))
        parts[1:1] = [Text("dates.sample")] if soonest.is_sample else []
    yield say("lines.joined", lines=tuple(parts))
