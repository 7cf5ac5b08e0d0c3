"""The days and hours at which texts are safe, and what a caller does when another picks up."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, SetContact, SetHours, Turn, ask, say
from bot.flows._asking import once_more, picked
from bot.language.spans import hours as read_hours

flow = Flow("my_hours", keywords=("my hours", "my times", "my days"))

DAYS = {"1": "", "2": "01234", "3": "56"}
SOMEONE_ELSE = {"1": "wrong_number", "2": "hang_up", "3": "ask"}
ANY_HOUR = "0"


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("my_hours.days", days, *DAYS)


@flow.step
def days(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *DAYS)
    if digit is None:
        yield from once_more(turn, ask("my_hours.days", days, *DAYS))
        return
    yield ask("my_hours.hours", hours, data={"days": DAYS[digit]})


@flow.step
def hours(turn: Turn) -> Iterator[Effect]:
    chosen = str(turn.data.get("days", ""))
    found = read_hours(turn.words)
    is_any = turn.answer is not None and turn.answer.digit == ANY_HOUR
    if found is None and not is_any:
        yield from once_more(turn, ask("my_hours.hours", hours, data={"days": chosen}))
        return
    yield SetHours(chosen, *(found or (None, None)))
    yield ask("my_hours.someone_else", someone_else, *SOMEONE_ELSE)


@flow.step
def someone_else(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *SOMEONE_ELSE)
    if digit is None:
        question = ask("my_hours.someone_else", someone_else, *SOMEONE_ELSE)
        yield from once_more(turn, question)
        return
    yield SetContact("someone_else", SOMEONE_ELSE[digit])
    yield say("my_hours.done")
