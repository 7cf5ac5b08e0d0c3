"""Asks, four times a year at most, whether this helped: one number, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, KeepExperience, Turn, ask, say
from bot.flows._asking import once_more, picked

flow = Flow("helped")

SCALE = ("1", "2", "3", "4", "5")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("helped.ask", answered, *SCALE)


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *SCALE)
    if digit is None:
        yield from once_more(turn, ask("helped.ask", answered, *SCALE))
        return
    yield KeepExperience(int(digit))
    yield say("helped.thanks")
