"""The client's own dates: which they have, and by digit keep, give up, move or find them."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Ask, Effect, Flow, Goto, Text, Turn, When, ask, say
from bot.facts import OWN, SeatFact
from bot.flows._asking import once_more, picked
from bot.flows._dates import NEEDS

flow = Flow(
    "mine",
    keywords=("mine", "my dates", "my date", "my booking", "my bookings", "my appointment"),
    needs=(*NEEDS, "resources"),
    asks_code="doubt",
)

DIGITS = ("1", "2", "3", "4")


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    seats = _seats(turn)
    if not seats:
        yield say("mine.none")
    elif len(seats) == 1:
        yield _ask_what(seats[0])
    else:
        yield _ask_which(seats)


def _seats(turn: Turn) -> list[SeatFact]:
    return [seat for seat in turn.facts.seats.get(OWN, ()) if not seat.is_held]


def _ask_which(seats: list[SeatFact]) -> Ask:
    lines = tuple(
        Text("book.line", {"digit": n, "when": When(seat.starts_local)})
        for n, seat in enumerate(seats, 1)
    )
    digits = [str(n) for n in range(1, len(seats) + 1)]
    return ask("mine.pick", one, *digits, lines=lines, data={"ids": [s.id for s in seats]})


def _ask_what(seat: SeatFact) -> Ask:
    when = When(seat.starts_local)
    return ask("mine.one", change, *DIGITS, when=when, data={"appointment": seat.id})


@flow.step
def one(turn: Turn) -> Iterator[Effect]:
    ids = list(turn.data.get("ids", ()))
    digit = picked(turn, *(str(n) for n in range(1, len(ids) + 1)))
    by_id = {seat.id: seat for seat in _seats(turn)}
    if digit is None:
        yield from once_more(turn, _ask_which(_seats(turn)))
    elif ids[int(digit) - 1] in by_id:
        yield _ask_what(by_id[ids[int(digit) - 1]])
    else:
        yield say("reminder.gone")


@flow.step
def change(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *DIGITS)
    seat = next((s for s in _seats(turn) if s.id == turn.data.get("appointment")), None)
    if seat is None:
        yield say("reminder.gone")
    elif digit is None:
        yield from once_more(turn, _ask_what(seat))
    else:
        yield Goto("reminder", "answered", {"appointment": seat.id, "meant": digit})
