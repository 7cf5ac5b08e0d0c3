"""Answers to a reminder: coming, not coming, another day; each digit means that one date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.engine import Ask, Book, Coming, Effect, Flow, GiveUp, Goto, Text, Turn, When, ask, say
from bot.facts import OWN, SeatFact
from bot.flows._asking import NO, YES, once_more, picked
from bot.flows._dates import NEEDS, place_lines, seat_of

flow = Flow("reminder", needs=(*NEEDS, "resources", "waits"), asks_code="doubt")

WHERE, OTHER = "4", "9"


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield Goto("mine")


@flow.step
def answered(turn: Turn) -> Iterator[Effect]:
    """1 coming, 2 not coming, 3 another day, 4 where; `meant` holds a digit texted before."""
    seat = seat_of(turn)
    if seat is None:
        yield say("reminder.gone")
        return
    if _has_moved(turn, seat):
        # Neither a yes nor a no to the old time is one to the new time: asked anew.
        yield ask("reminder.again", answered, YES, NO, "3", when=_of(seat), data=_about(seat))
        return
    match turn.choice(YES, NO, "3", WHERE) or turn.data.get("meant"):
        case "1":
            yield Coming(seat.id)
        case "2":
            yield GiveUp(seat.id)
        case "3":
            yield other_day(seat.kind, seat)
        case "4":
            yield say("lines.joined", lines=tuple(place_lines(seat)))
        case _:
            data = _about(seat)
            question = ask("reminder.again", answered, YES, NO, "3", when=_of(seat), data=data)
            yield from once_more(turn, question)


def _about(seat: SeatFact) -> dict[str, object]:
    return {"appointment": seat.id, "starts": seat.starts_local.isoformat()}


def _has_moved(turn: Turn, seat: SeatFact) -> bool:
    """Was the question about another time than the one this seat is for now?"""
    asked = turn.data.get("starts")
    return asked is not None and datetime.fromisoformat(str(asked)) != seat.starts_local


def other_day(kind: str, seat: SeatFact | None = None) -> Goto:
    """The next free dates of a kind, in place of a seat they have if they have one."""
    data: dict[str, object] = {"kinds": [kind], "heading": "dates.next"}
    if seat is not None:
        data |= {"instead": seat.id, "not": seat.occurrence_id}
    return Goto("book", "times", data)


@flow.step
def another(turn: Turn) -> Iterator[Effect]:
    """Another day after one was called off, missed or over?"""
    kind = str(turn.data.get("kind", ""))
    match turn.choice(YES, NO):
        case "1":
            yield other_day(kind)
        case "2":
            yield say("dates.ok")
        case _:
            question = ask("reminder.other_days", another, YES, NO, data={"kind": kind})
            yield from once_more(turn, question)


@flow.step
def offered(turn: Turn) -> Iterator[Effect]:
    """A seat is kept for them for a while: theirs with 1."""
    seat = seat_of(turn)
    if seat is None:
        yield say("reminder.gone")
        return
    match turn.choice(YES, NO):
        case "1":
            yield Book(seat.occurrence_id)
        case "2":
            yield GiveUp(seat.id)
        case _:
            data = {"appointment": seat.id}
            question = ask("book.held", offered, YES, NO, when=_of(seat), data=data)
            yield from once_more(turn, question)


@flow.step
def which(turn: Turn) -> Iterator[Effect]:
    """A digit that could mean two things is asked back, never guessed."""
    ids = list(turn.data.get("ids", ()))
    seats = [s for s in turn.facts.seats.get(OWN, ()) if s.id in ids]
    lines = [_numbered(n, seat) for n, seat in enumerate(seats, 1)]
    digits = [str(n) for n in range(1, len(seats) + 1)]
    if turn.data.get("other"):
        lines.append(Text("reminder.something_else"))
        digits.append(OTHER)
    data = {"ids": [s.id for s in seats], "meant": turn.data.get("meant")}
    data |= {"other": bool(turn.data.get("other")), "again": turn.data.get("again")}
    yield ask("reminder.which", which_one, *digits, lines=tuple(lines), data=data)


@flow.step
def which_one(turn: Turn) -> Iterator[Effect]:
    ids = list(turn.data.get("ids", ()))
    digit = picked(turn, *(str(n) for n in range(1, len(ids) + 1)), OTHER)
    if digit == OTHER:
        yield say("reminder.say_again")
    elif digit is None:
        yield from once_more(turn, _which_again(turn))
    else:
        data = {"appointment": ids[int(digit) - 1], "meant": turn.data.get("meant")}
        yield Goto("reminder", "answered", data)


def _which_again(turn: Turn) -> Ask:
    question = next(iter(which(turn)))
    assert isinstance(question, Ask)
    return question


@flow.step
def over(turn: Turn) -> Iterator[Effect]:
    """The digit comes after the start: it changes nothing any more."""
    kind = str(turn.data.get("kind", ""))
    yield ask("reminder.over", another, YES, NO, data={"kind": kind})


@flow.step
def noted(turn: Turn) -> Iterator[Effect]:
    yield say("reminder.coming", when=_at(turn))


@flow.step
def freed(turn: Turn) -> Iterator[Effect]:
    yield say("reminder.not_coming", when=_at(turn))


@flow.step
def waits(turn: Turn) -> Iterator[Effect]:
    """The offer was taken back because its date moved: they are on the list for the new day."""
    yield say("book.waiting", when=_at(turn))


@flow.step
def gone(turn: Turn) -> Iterator[Effect]:
    yield say("reminder.gone")


def _numbered(digit: int, seat: SeatFact) -> Text:
    return Text("book.line", {"digit": digit, "when": _of(seat)})


def _of(seat: SeatFact) -> When:
    return When(seat.starts_local)


def _at(turn: Turn) -> When:
    return When(datetime.fromisoformat(str(turn.data["when"])))
