"""A place at a date: the next free ones as digits, kept by a digit, or a place on the list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from bot.engine import (
    Ask,
    Book,
    Effect,
    Flow,
    Goto,
    Text,
    ToQueue,
    Turn,
    Wait,
    When,
    ask,
    say,
)
from bot.flows._asking import NO, YES, once_more, picked, reading
from bot.flows._dates import (
    NEEDS,
    WHERE,
    coming,
    numbered,
    place_lines,
    tell_place,
)
from bot.language.answers import AnswerKind

flow = Flow("book", keywords=("book", "booking", "sign up"), needs=(*NEEDS, "resources"))

#: Kinds whose dates a person finds together with the client when none is entered.
PERSONAL = frozenset({"counselling", "elder", "mentoring", "tutoring", "accompaniment"})
#: What is said of a kind without dates, to who asked for it by its name.
NONE = {"circle": "circle.none", "peer": "peer.none"}


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield Goto("dates")


@flow.step
def times(turn: Turn) -> Iterator[Effect]:
    """The next free dates of the kinds asked for."""
    kinds = [str(kind) for kind in turn.data.get("kinds", ())]
    dates = coming(turn, *kinds)
    free = [date for date in dates if not date.is_full and date.id != turn.data.get("not")]
    if free:
        yield _pick(turn, [date.id for date in free])
    elif dates and not dates[0].is_full:
        yield say("book.no_other")
    elif dates:
        yield _ask_to_wait(dates[0].id, dates[0].starts_local)
    elif PERSONAL.issuperset(kinds):
        yield ask("book.find", found, YES, NO)
    else:
        is_plain = turn.asked_for(kinds[0]) if kinds else False
        yield say(NONE.get(kinds[0], "dates.none") if is_plain else "dates.none")


def _pick(turn: Turn, ids: list[int], *before: Text) -> Ask:
    kinds = [str(kind) for kind in turn.data.get("kinds", ())]
    by_id = {date.id: date for date in coming(turn, *kinds)}
    dates = [by_id[n] for n in ids if n in by_id]
    heading = str(turn.data.get("heading") or "dates.next")
    lines = list(before) or numbered(dates, heading, named="treatment" in turn.topics)
    digits = [str(n) for n in range(1, len(ids) + 1)]
    asked = Text("lines.joined", {"lines": (*lines, Text("book.pick"))})
    data = {**turn.data, "kinds": kinds, "ids": ids}
    return Ask(asked, "picked_one", (*digits, WHERE), data)


@flow.step
def picked_one(turn: Turn) -> Iterator[Effect]:
    ids: list[int] = list(turn.data.get("ids", ()))
    digit = picked(turn, *(str(n) for n in range(1, len(ids) + 1)), WHERE)
    if digit == WHERE:
        kinds = [str(kind) for kind in turn.data.get("kinds", ())]
        dates = [date for date in coming(turn, *kinds) if date.id in ids]
        lines = place_lines(dates[0]) if dates else [Text("dates.no_place")]
        yield _pick(turn, ids, *lines)
    elif turn.answer is not None and turn.answer.kind is AnswerKind.NO:
        yield say("dates.ok")
    elif digit is None:
        yield from once_more(turn, _pick(turn, ids))
    else:
        yield Book(ids[int(digit) - 1], turn.data.get("instead"))


@flow.step
def booked(turn: Turn) -> Iterator[Effect]:
    yield from _theirs(turn, "book.done")


@flow.step
def already(turn: Turn) -> Iterator[Effect]:
    yield from _theirs(turn, "book.already")


def _theirs(turn: Turn, text_id: str) -> Iterator[Effect]:
    lines = [Text(text_id, {"when": _when(turn.data)})]
    if turn.data["is_sample"]:
        lines.append(Text("dates.sample"))
    if not turn.data["has_place"]:
        yield say("lines.joined", lines=tuple(lines))
        return
    lines.append(Text("dates.ask_place"))
    data = {"appointment": turn.data["appointment"]}
    yield ask("lines.joined", place, YES, NO, lines=tuple(lines), data=data)


@flow.step
def place(turn: Turn) -> Iterator[Effect]:
    yield from tell_place(turn)


@flow.step
def full(turn: Turn) -> Iterator[Effect]:
    """Somebody else was quicker."""
    yield _ask_to_wait(int(turn.data["occurrence"]), _when(turn.data).local)


def _ask_to_wait(occurrence_id: int, local: datetime) -> Ask:
    data = {"occurrence": occurrence_id, "when": local.isoformat()}
    return ask("book.full", wait, YES, NO, when=When(local), data=data)


@flow.step
def wait(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield Wait(int(turn.data["occurrence"]))
        case "2":
            yield say("dates.ok")
        case _:
            question = _ask_to_wait(int(turn.data["occurrence"]), _when(turn.data).local)
            yield from once_more(turn, question)


@flow.step
def waiting(turn: Turn) -> Iterator[Effect]:
    yield say("book.waiting", when=_when(turn.data))


@flow.step
def gone(turn: Turn) -> Iterator[Effect]:
    yield say("reminder.gone")


@flow.step
def found(turn: Turn) -> Iterator[Effect]:
    """No date of this kind is entered: a person finds one together with them."""
    match turn.choice(YES, NO):
        case "1":
            yield ToQueue("wants_booking")
            yield say("services.asked", reading=reading(turn.facts))
        case "2":
            yield say("dates.ok")
        case _:
            yield from once_more(turn, ask("book.find", found, YES, NO))


def _when(data: Any) -> When:
    return When(datetime.fromisoformat(str(data["when"])))
