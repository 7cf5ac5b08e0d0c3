"""The weekly drill: a real page through the real ladder, about nobody and in nobody's way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.escalation import drill
from records.database import Database
from records.models import Acknowledgement, Escalation, QueueItem
from service.rehearsal import ZONE, stage_config
from tests.stage import Stage

FIRST, SECOND, SUPERVISOR = "0191", "0192", "0193"
WEDNESDAY = datetime(2026, 12, 2, 11, 0, tzinfo=ZONE)


@pytest.fixture
def stage(database: Database) -> Stage:
    """A line that drills on Wednesdays at eleven."""
    return Stage(database=database, config=replace(stage_config(), drill=(2, 11)))


def _drills(stage: Stage) -> list[Escalation]:
    with stage.line.database.read() as session:
        return list(
            session.scalars(select(Escalation).order_by(Escalation.opened_at, Escalation.id))
        )


def test_on_its_day_whoever_is_on_call_is_paged_and_the_time_is_measured(stage: Stage) -> None:
    stage.at(WEDNESDAY.replace(hour=10, minute=59))
    stage.phone(FIRST).hears_nothing()
    stage.at(WEDNESDAY)
    stage.phone(FIRST).hears("Drill", "nobody is in danger").hears("[call] This is a drill")
    stage.phone(SECOND).hears_nothing()
    number = _drills(stage)[0].number
    stage.later(minutes=2)
    stage.phone(FIRST).texts(str(number)).hears("Thank you", str(number)).hears_nothing()
    row = _drills(stage)[0]
    assert (row.state, row.outcome) == ("resolved", "drill")
    with stage.line.database.read() as session:
        taken = session.scalars(select(Acknowledgement)).one()
    assert (taken.at - row.opened_at).total_seconds() >= 120
    stage.later(hours=3)
    for phone in (FIRST, SECOND, SUPERVISOR):
        stage.phone(phone).hears_nothing()


def test_it_climbs_like_a_real_one_and_ends_by_itself(stage: Stage) -> None:
    stage.at(WEDNESDAY).later(minutes=70)
    for phone in (FIRST, SECOND, SUPERVISOR):
        unread = stage.phone(phone).unread
        assert unread and all("rill" in text or "Alarm" in text for text in unread), unread
        stage.phone(phone).ignores()
    assert _drills(stage)[0].outcome == "drill_missed"
    with stage.line.database.read() as session:
        alarms = session.scalars(select(QueueItem.subject).where(QueueItem.kind == "alarm")).all()
    assert "drill_missed" in alarms
    stage.later(hours=5)
    assert len(_drills(stage)) == 1


def test_it_comes_once_a_week(stage: Stage) -> None:
    stage.at(WEDNESDAY).later(days=7)
    assert len(_drills(stage)) == 2


def test_while_a_client_waits_there_is_no_drill(stage: Stage) -> None:
    stage.at(WEDNESDAY.replace(hour=10, minute=55))
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    stage.at(WEDNESDAY)
    assert [row.is_drill for row in _drills(stage)] == [False]
    with stage.line.database.write() as session:
        assert drill.begin(session, stage.line, "staff:1", stage.line.now()) is None
    stage.collect()
    for phone in ("0141", FIRST, SECOND, SUPERVISOR):
        stage.phone(phone).ignores()


def test_a_drill_gives_way_to_a_client(stage: Stage) -> None:
    stage.at(WEDNESDAY).later(minutes=1)
    stage.phone(FIRST).hears("Drill").hears("[call] This is a drill").hears_nothing()
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    stage.phone(FIRST).hears("Urgent item 12").hears("[call]", "item 12").hears_nothing()
    stage.phone(FIRST).texts("yes").hears("You have item 12").hears_nothing()
    stage.phone(FIRST).texts("12: im here").hears_nothing()
    stage.phone(SECOND).ignores()
    stage.phone().hears("im here")
    stage.later(minutes=70)
    for phone in (FIRST, SECOND, SUPERVISOR):
        stage.phone(phone).hears_nothing()
    with stage.line.database.read() as session:
        kept = session.scalars(select(QueueItem.subject).where(QueueItem.kind == "alarm")).all()
    assert "drill_missed" not in kept
    drilled, real = _drills(stage)
    assert (drilled.state, real.state) == ("resolved", "acknowledged")


def test_words_sent_to_a_drill_go_to_nobody(stage: Stage) -> None:
    stage.at(WEDNESDAY)
    stage.phone(FIRST).ignores()
    number = _drills(stage)[0].number
    stage.phone(FIRST).texts(f"{number}: hello there").hears("Thank you").hears_nothing()
    assert _drills(stage)[0].state == "resolved"
