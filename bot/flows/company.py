"""Somebody is wanted to come along: to court, clinic, housing, bank or school."""

from __future__ import annotations

from collections.abc import Iterator

from bot.engine import Effect, Flow, ToQueue, Turn, ask, say
from bot.flows._asking import reading

flow = Flow("company", keywords=("come with me", "go with me", "company", "accompany"))


@flow.step
def start(turn: Turn) -> Iterator[Effect]:
    yield ask("company.when", told)


@flow.step
def told(turn: Turn) -> Iterator[Effect]:
    yield ToQueue("wants_company")
    yield say("services.asked", reading=reading(turn.facts))
