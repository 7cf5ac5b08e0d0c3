"""Asking so that a digit answers, asking once more, and then leaving it to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.engine import Ask, Effect, Goto, Text, ToQueue, Turn, When, say
from bot.facts import Facts

YES, NO = "1", "2"


def picked(turn: Turn, *digits: str) -> str | None:
    """The digit that was texted, if it is one of `digits`; yes and no pick nothing in a list."""
    digit = turn.answer.digit if turn.answer else None
    return digit if digit in digits else None


def onward(turn: Turn, question: Ask, ways: Mapping[str, str]) -> Iterator[Effect]:
    """Goes on in the conversation whose digit was picked, or asks the question once more."""
    digit = picked(turn, *ways)
    if digit:
        yield Goto(ways[digit])
    else:
        yield from once_more(turn, question)


def once_more(turn: Turn, question: Ask) -> Iterator[Effect]:
    """Asks again, once; when that is not understood either a person is told."""
    if turn.data.get("again"):
        yield say("asking.to_person")
        yield ToQueue("not_understood")
        return
    yield replace(
        question,
        text=Text("asking.again", {"question": question.text}),
        data={**question.data, "again": 1},
    )


def reading(facts: Facts) -> Text:
    """When a person reads, said plainly."""
    if facts.is_staffed:
        return Text("reading.now")
    if facts.reads_next_local is None:
        return Text("reading.later")
    return Text("reading.at", {"when": When(facts.reads_next_local)})
