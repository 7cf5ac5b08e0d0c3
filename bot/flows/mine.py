"""The client's own dates: which they have or wait for, and by digit keep, give up, move, find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from bot.engine import (
    Ask,
    Book,
    Effect,
    Flow,
    GiveUp,
    Goto,
    LeaveList,
    Text,
    ToQueue,
    Turn,
    When,
    ask,
    say,
)
from bot.facts import OWN, SeatFact, WaitFact
from bot.flows._asking import NO, YES, once_more, picked
from bot.flows._dates import NEEDS

flow = Flow(
    "mine",
    keywords=(
        *("mine", "my dates", "my date", "my booking", "my bookings", "my appointment"),
        *("my list", "waiting list", "off the list", "take me off the list"),
    ),
    needs=(*NEEDS, "resources", "waits"),
    asks_code="doubt",
)

DIGITS = ("1", "2", "3", "4")
#: One digit each.
MOST = 9


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    own = _own(turn)
    if not own:
        if not _is_word(turn.words):
            # A date that was agreed with a person may be meant: one reads it.
            yield ToQueue("not_understood")
        yield say("mine.none")
    elif len(own) == 1:
        yield _ask_what(own[0])
    else:
        yield _ask_which(own)


def _is_word(words: str) -> bool:
    """Is this the bare word that asks for the list?"""
    return words.casefold().strip(" .!?") in flow.keywords


def _own(turn: Turn) -> list[SeatFact | WaitFact]:
    """Their places, those offered to them, and after these the dates that they wait for."""
    own: list[SeatFact | WaitFact] = []
    own += turn.facts.seats.get(OWN, ())
    own += turn.facts.waits.get(OWN, ())
    return own[:MOST]


def _ask_which(own: list[SeatFact | WaitFact]) -> Ask:
    lines = tuple(
        Text(
            "mine.waits" if isinstance(one, WaitFact) or one.is_held else "book.line",
            {"digit": n, "when": When(one.starts_local)},
        )
        for n, one in enumerate(own, 1)
    )
    digits = [str(n) for n in range(1, len(own) + 1)]
    question = ask("mine.pick", one, *digits, lines=lines, data={"ids": [row.id for row in own]})
    return _marked(question, own)


def _ask_what(own: SeatFact | WaitFact) -> Ask:
    when = When(own.starts_local)
    if isinstance(own, WaitFact):
        return ask("mine.still_waits", stay, YES, NO, when=when, data={"waiting": own.id})
    if own.is_held:
        held = ask("book.held", take, YES, NO, when=when, data={"appointment": own.id})
        return _marked(held, [own])
    question = ask("mine.one", change, *DIGITS, when=when, data={"appointment": own.id})
    return _marked(question, [own])


def _marked(question: Ask, own: Sequence[SeatFact | WaitFact]) -> Ask:
    """The question, which says that a date in it is a sample where one is."""
    if not any(isinstance(one, SeatFact) and one.is_sample for one in own):
        return question
    lines = (Text("dates.sample"), question.text)
    return replace(question, text=Text("lines.joined", {"lines": lines}))


@flow.step
def one(turn: Turn) -> Iterator[Effect]:
    ids = list(turn.data.get("ids", ()))
    digit = picked(turn, *(str(n) for n in range(1, len(ids) + 1)))
    by_id = {row.id: row for row in _own(turn)}
    if digit is None:
        yield from once_more(turn, _ask_which(_own(turn)))
    elif ids[int(digit) - 1] in by_id:
        yield _ask_what(by_id[ids[int(digit) - 1]])
    else:
        yield say("reminder.gone")


@flow.step
def change(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *DIGITS)
    own = turn.facts.seats.get(OWN, ())
    seat = next((s for s in own if s.id == turn.data.get("appointment") and not s.is_held), None)
    if seat is None:
        yield say("reminder.gone")
    elif digit is None:
        yield from once_more(turn, _ask_what(seat))
    else:
        yield Goto("reminder", "answered", {"appointment": seat.id, "meant": digit})


@flow.step
def take(turn: Turn) -> Iterator[Effect]:
    """A place that is kept for them for a while: theirs with 1."""
    own = turn.facts.seats.get(OWN, ())
    seat = next((s for s in own if s.id == turn.data.get("appointment") and s.is_held), None)
    match turn.choice(YES, NO):
        case _ if seat is None:
            yield say("reminder.gone")
        case "1":
            yield Book(seat.occurrence_id)
        case "2":
            yield GiveUp(seat.id)
        case _:
            yield from once_more(turn, _ask_what(seat))


@flow.step
def stay(turn: Turn) -> Iterator[Effect]:
    """Still on the list, or off it?"""
    place = next((w for w in turn.facts.waits.get(OWN, ()) if w.id == turn.data["waiting"]), None)
    match turn.choice(YES, NO):
        case "2":
            yield LeaveList(int(turn.data["waiting"]))
        case _ if place is None:
            yield say("reminder.gone")
        case "1":
            yield say("book.waiting", when=When(place.starts_local))
        case _:
            yield from once_more(turn, _ask_what(place))


@flow.step
def off_list(turn: Turn) -> Iterator[Effect]:
    yield say("mine.off_list", when=When(datetime.fromisoformat(str(turn.data["when"]))))
