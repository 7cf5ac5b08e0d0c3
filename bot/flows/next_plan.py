"""A worker asks whether to begin the next plan; only the client's own yes opens it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, Turn, UnlockPlan, ask, say
from bot.flows._asking import NO, YES, once_more

#: Asked only when a worker has proposed it in the panel: no word starts it.
flow = Flow("next_plan", asks_code="doubt")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("next_plan.ask", answered, YES, NO)


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield UnlockPlan(True)
            yield say("next_plan.yes")
        case "2":
            yield UnlockPlan(False)
            yield say("next_plan.no")
        case _:
            yield from once_more(turn, ask("next_plan.ask", answered, YES, NO))
