"""How often the line may ask how someone is; never is an answer too."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, GiveConsent, SetCheckIns, Turn, ask, say
from bot.flows._asking import once_more, picked

flow = Flow("often", keywords=("often", "how often", "less often", "more often", "too often"))

EVERY = {"1": "day", "2": "week", "3": "fortnight", "4": "month", "5": None}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("often.pick", chosen, *EVERY)


@flow.step
def chosen(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *EVERY)
    if digit is None:
        yield from once_more(turn, ask("often.pick", chosen, *EVERY))
        return
    every = EVERY[digit]
    yield SetCheckIns(every)
    yield GiveConsent("check_ins", every is not None)
    yield say("often.never" if every is None else "often.done")
