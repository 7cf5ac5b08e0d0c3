"""A report that warns others, in a minute: it keeps no name, and its texts are shredded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from bot.engine import Ask, Effect, FileReport, Flow, NotOver, Step, Turn, ask, say
from bot.flows._asking import NO, YES, once_more

flow = Flow("safety_note", keywords=("report", "safety note", "leave a note", "make a report"))

NOTHING = "0"
#: What was said so far is forgotten after this.
WAITS = timedelta(hours=1)


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("safety_note.over", over, YES, NO)


@flow.step
def over(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield _ask("safety_note.what", what)
        case "2":
            yield NotOver()
        case _:
            yield from once_more(turn, ask("safety_note.over", over, YES, NO))


@flow.step
def what(turn: Turn) -> Iterator[Effect]:
    yield _ask("safety_note.plate", plate, words=turn.words)


@flow.step
def plate(turn: Turn) -> Iterator[Effect]:
    said = {"words": str(turn.data["words"]), "plate": _said(turn)}
    yield _ask("safety_note.phone", phone, **said)


@flow.step
def phone(turn: Turn) -> Iterator[Effect]:
    said = {"words": str(turn.data["words"]), "plate": str(turn.data["plate"])}
    yield FileReport({**said, "phone": _said(turn)})
    yield say("my_words.done")


def _ask(text_id: str, then: Step, **data: str) -> Ask:
    return replace(ask(text_id, then, data=data), expires=WAITS)


def _said(turn: Turn) -> str:
    return "" if turn.words.strip() == NOTHING else turn.words
