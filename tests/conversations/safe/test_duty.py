"""Somebody may be younger than 16: a person is told, and nothing else changes."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot import duty
from bot.law import CHILD_AGE
from bot.triage import triage
from records.models import DutyFlag
from service.rehearsal import stage_config
from tests.conversations.safe.conftest import items
from tests.conversations.safe.test_own_words import workers_ignore
from tests.stage import Phone, Stage

FLAG = ("duty_to_report", "urgent")


def kind_of(words: str) -> str | None:
    verdict = triage(words)
    return duty.kind_of(words, verdict.level, frozenset(s.kind for s in verdict.signals))


@pytest.mark.parametrize(
    "words",
    [
        "im 14",
        "I'm 15 btw",
        "i am only thirteen",
        "i just turned 15",
        "im in grade 9 and need a ride",
        "ill be 16 in march",
        "i'm not 16 yet",
        "j'ai 14 ans",
    ],
)
def test_an_age_of_their_own_that_is_said_or_implied(words: str) -> None:
    assert kind_of(words) == duty.OWN_AGE


@pytest.mark.parametrize(
    "words",
    [
        "shes only 14 and he makes her do it",
        "he sells her shes 15",
        "my cousin is 13 and with an older guy",
        "he is hurting my 5 year old",
    ],
)
def test_a_child_that_is_described_as_unsafe(words: str) -> None:
    assert kind_of(words) == duty.CHILD


@pytest.mark.parametrize(
    "words",
    [
        "im 15 minutes away",
        "im 14 weeks along",
        "i am 12 days sober",
        "im 15 km out",
        "im 16",
        "i am 34",
        "my daughter is 5 and loves snow",
        "room 14",
        "im 14th in line",
        "see you at 15:00",
        "im 10 years clean",
    ],
)
def test_other_numbers_raise_nothing(words: str) -> None:
    assert kind_of(words) is None


def test_the_flag_goes_up_beside_the_ordinary_answer(client: Phone) -> None:
    client.texts("im 15").ignores()
    assert FLAG in items(client.stage)
    client.stage.later(minutes=1)
    client.texts("i am 15 when is the circle").hears("circle")
    client.ignores()
    with client.stage.line.database.read() as session:
        flags = session.scalars(select(DutyFlag)).all()
    assert [(f.kind, f.decision) for f in flags] == [("own_age", None)]


def test_a_flag_that_nobody_decides_on_in_time_is_told_to_supervisors_once(
    client: Phone,
) -> None:
    stage, boss = client.stage, client.stage.phone("0193")
    workers_ignore(stage)
    client.texts("im 15").ignores()
    stage.later(hours=3, minutes=59)
    boss.hears_nothing()
    stage.later(minutes=3)
    boss.hears("Alarm: a flag on a client's page has waited 4 hours").hears_nothing()
    assert ("alarm", "urgent") in items(stage)
    with stage.line.database.write() as session:
        flag = session.scalars(select(DutyFlag)).one()
        flag.decided_at, flag.decision = stage.line.now(), "not_needed"
    stage.later(minutes=3)
    assert ("alarm", "urgent") not in items(stage)
    boss.hears_nothing()
    client.ignores()


def test_age_never_delays_or_changes_an_emergency_reply(stage: Stage) -> None:
    plain, young = stage.phone("0141"), stage.phone("0142")
    plain.texts("he is beating me help")
    young.texts("he is beating me help im 14")
    assert young.unread[0] == plain.unread[0]
    assert FLAG in items(stage)
    said = " ".join(young.ignores().unread + plain.ignores().unread)
    assert said == ""
    workers_ignore(stage)


@pytest.mark.parametrize(("minimum", "flagged"), [(12, True), (16, True), (18, False)])
def test_a_no_to_the_programs_age_counts_where_it_means_under_16(
    minimum: int, flagged: bool
) -> None:
    from dataclasses import replace

    stage = Stage(config=replace(stage_config(), minimum_age=minimum))
    phone = stage.phone()
    phone.texts("hello").ignores()
    for answer in ("1", "1", "2"):
        phone.texts(answer).ignores()
        stage.later(seconds=10)
    assert (FLAG in items(stage)) is flagged
    phone.ignores()
    assert CHILD_AGE == 16
