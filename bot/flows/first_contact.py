"""The first contact, offered after an answer: what this is, who reads, and what may be sent."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import (
    Ask,
    Effect,
    Flow,
    GiveConsent,
    Goto,
    SetContact,
    SetLanguage,
    ToQueue,
    Turn,
    ask,
    say,
)
from bot.flows import _services
from bot.flows._asking import NO, YES, once_more, picked, reading
from bot.language.locales import BY_DIGIT

flow = Flow("first_contact", keywords=("start", "begin", "pigiarli", "ᐱᒋᐊᕐᓕ"), needs=("resources",))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield say("first_contact.hello", reading=reading(turn.facts))
    yield SetContact("introduced", "yes")
    yield ask("first_contact.safe", safe, YES, NO)


@flow.step
def safe(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield SetContact("safe_to_text", "yes")
            yield Goto("first_contact", "which_language" if turn.locale == "en" else "age")
        case "2":
            yield SetContact("safe_to_text", "no")
            yield say("first_contact.not_safe")
        case _:
            yield from once_more(turn, ask("first_contact.safe", safe, YES, NO))


@flow.step
def which_language(turn: Turn) -> Iterator[Effect]:
    yield ask("language.pick", language, *BY_DIGIT)


@flow.step
def language(turn: Turn) -> Iterator[Effect]:
    digit = picked(turn, *BY_DIGIT)
    if digit is None:
        yield from once_more(turn, ask("language.pick", language, *BY_DIGIT))
        return
    yield SetLanguage(BY_DIGIT[digit])
    yield Goto("first_contact", "age")


@flow.step
def age(turn: Turn) -> Iterator[Effect]:
    yield _ask_age(turn)


@flow.step
def old_enough(turn: Turn) -> Iterator[Effect]:
    match turn.choice(YES, NO):
        case "1":
            yield SetContact("age_ok", "yes")
            yield ask("first_contact.reminders", reminders, YES, NO)
        case "2":
            yield from _younger(turn)
        case _:
            yield from once_more(turn, _ask_age(turn))


@flow.step
def reminders(turn: Turn) -> Iterator[Effect]:
    onward = ask("first_contact.check_ins", check_ins, YES, NO)
    yield from _consent(
        turn, "reminders", ask("first_contact.reminders", reminders, YES, NO), onward
    )


@flow.step
def check_ins(turn: Turn) -> Iterator[Effect]:
    onward = ask("first_contact.broadcasts", broadcasts, YES, NO)
    yield from _consent(
        turn, "check_ins", ask("first_contact.check_ins", check_ins, YES, NO), onward
    )


@flow.step
def broadcasts(turn: Turn) -> Iterator[Effect]:
    question = ask("first_contact.broadcasts", broadcasts, YES, NO)
    yield from _consent(turn, "broadcasts", question, say("first_contact.done"))


def _consent(turn: Turn, purpose: str, question: Ask, onward: Effect) -> Iterator[Effect]:
    answer = turn.choice(YES, NO)
    if answer is None:
        yield from once_more(turn, question)
        return
    yield GiveConsent(purpose, answer == YES)
    yield onward


def _ask_age(turn: Turn) -> Ask:
    return ask("first_contact.age", old_enough, YES, NO, age=turn.facts.minimum_age)


def _younger(turn: Turn) -> Iterator[Effect]:
    yield SetContact("age_ok", "no")
    yield ToQueue("under_age", "urgent")
    yield say("first_contact.younger", reading=reading(turn.facts))
    found = _services.lines(turn, "youth")
    if found:
        yield say("first_contact.younger_lines", lines=found)
