"""Four short questions about change, each answered by a number and each free to be left out."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Ask, Effect, EndCheck, Flow, KeepScore, Turn, ask, say
from bot.flows._asking import once_more, picked

#: Asked only on a day agreed with the client (bot/program/asking.py): no word starts it.
flow = Flow("stage_check")

SCALE = tuple(str(n) for n in range(11))
FITS = ("1", "2", "3", "4", "5", "6")
HARD_AGAIN = "6"


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield _how_much(turn)


@flow.step
def how_much(turn: Turn) -> Iterator[Effect]:
    yield from _scored(turn, "how_much", _how_much(turn), _how_sure(turn))


@flow.step
def how_sure(turn: Turn) -> Iterator[Effect]:
    yield from _scored(turn, "how_sure", _how_sure(turn), _how_safe(turn))


@flow.step
def how_safe(turn: Turn) -> Iterator[Effect]:
    yield from _scored(turn, "how_safe", _how_safe(turn), _which(turn))


@flow.step
def fits(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *FITS)
    if digit is None:
        yield from once_more(turn, _which(turn))
        return
    yield KeepScore(_check(turn), "fits", int(digit))
    yield EndCheck(_check(turn))
    yield say("stage_check.hard_again" if digit == HARD_AGAIN else "stage_check.thanks")


def _scored(turn: Turn, name: str, question: Ask, onward: Ask) -> Iterator[Effect]:
    digit = picked(turn, *SCALE)
    if digit is None:
        yield from once_more(turn, question)
        return
    yield KeepScore(_check(turn), name, int(digit))
    yield onward


def _check(turn: Turn) -> int:
    return int(turn.data.get("check", 0))


def _how_much(turn: Turn) -> Ask:
    return ask("stage_check.how_much", how_much, *SCALE, data={"check": _check(turn)})


def _how_sure(turn: Turn) -> Ask:
    return ask("stage_check.how_sure", how_sure, *SCALE, data={"check": _check(turn)})


def _how_safe(turn: Turn) -> Ask:
    return ask("stage_check.how_safe", how_safe, *SCALE, data={"check": _check(turn)})


def _which(turn: Turn) -> Ask:
    return ask("stage_check.which", fits, *FITS, data={"check": _check(turn)})
