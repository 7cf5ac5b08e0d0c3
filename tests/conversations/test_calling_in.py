"""Calling the line: 911 first, the person on call rung, masked both ways; or a call back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from records.database import Database
from records.models import Contact, Escalation, Message, QueueItem
from service.rehearsal import stage_config
from service.settings import SIMULATOR_NUMBER
from tests.admin.desk import Desk
from tests.stage import Stage

CLIENT, FIRST, SECOND, THIRD = "0141", "0191", "0192", "0193"
RINGS = "A call for the person on call. Press 1 to take it."


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database)


def _number(digits: str) -> str:
    return f"+1613555{digits}"


def _call(stage: Stage, digits: str = CLIENT) -> None:
    stage.network.phone_calls(_number(digits))
    stage.rehearsal.settle()
    stage.collect()


def _press(stage: Stage, digits: str, key: str = "1") -> bool:
    pressed = stage.network.press(_number(digits), key)
    stage.rehearsal.settle()
    stage.collect()
    return pressed


def _nobody_answers(stage: Stage) -> None:
    for digits in (FIRST, SECOND, THIRD):
        stage.network.add_phone(_number(digits), answering="no-answer")


def test_the_person_on_call_takes_it_and_neither_sees_the_others_number(stage: Stage) -> None:
    _call(stage)
    stage.phone(CLIENT).hears("If you are in danger", "9 1 1", "ringing")
    stage.phone(FIRST).hears(RINGS)
    assert _press(stage, FIRST)
    stage.phone(CLIENT).hears("[connected]")
    stage.phone(FIRST).hears("[connected]")
    calls = list(stage.network.calls.book.values())
    assert [c.from_number for c in calls if c.to_number == _number(FIRST)] == [SIMULATOR_NUMBER]
    heard = {h.line for h in stage.network.thread(_number(FIRST))}
    assert heard == {SIMULATOR_NUMBER}
    assert stage.network.hang_up(_number(FIRST))
    stage.later(minutes=2)
    assert all(call.status == "completed" for call in calls)
    stage.close()


def test_the_second_is_rung_when_the_first_does_not_answer(stage: Stage) -> None:
    stage.network.add_phone(_number(FIRST), answering="no-answer")
    _call(stage)
    stage.phone(CLIENT).ignores()
    stage.phone(SECOND).hears_nothing()
    stage.later(seconds=21)
    stage.phone(SECOND).hears(RINGS)
    assert _press(stage, SECOND)
    stage.phone(CLIENT).hears("[connected]")
    stage.phone(SECOND).ignores()
    stage.close()


def test_a_workers_answering_machine_takes_no_call(stage: Stage) -> None:
    stage.network.add_phone(_number(FIRST), answering="machine")
    _call(stage)
    stage.phone(FIRST).ignores()
    assert not _press(stage, FIRST)
    stage.later(seconds=30)
    stage.phone(SECOND).hears(RINGS)
    stage.phone(CLIENT).ignores()
    stage.phone(THIRD).ignores()
    stage.phone(FIRST).ignores()


def test_nobody_in_a_minute_gives_a_number_and_a_call_back_that_pages(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    stage.phone(CLIENT).hears("9 1 1")
    stage.later(seconds=61)
    stage.phone(CLIENT).hears("9 8 8", "press 1")
    assert _press(stage, CLIENT)
    stage.phone(CLIENT).hears("being told now").hears_nothing()
    stage.phone(FIRST).hears("Urgent item", "cannot be texted: call")
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
        assert (alert.kind, alert.level, alert.is_silent) == ("call_back", "urgent", True)
    page = Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    assert "Wants to be called back" in page and "Called, nobody picked up" in page


def test_who_hangs_up_is_on_the_list_of_missed_calls_and_pages_nobody(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    stage.later(seconds=61)
    assert stage.network.hang_up(_number(CLIENT))
    stage.later(minutes=2)
    with stage.line.database.read() as session:
        assert list(session.scalars(select(QueueItem.kind))) == ["missed_call"]
        assert session.scalar(select(func.count()).select_from(Escalation)) == 0
    assert stage.network.inbox(_number(CLIENT)) == []


def test_a_caller_who_hangs_up_stops_all_ringing(stage: Stage) -> None:
    stage.network.add_phone(_number(FIRST), answering="no-answer")
    _call(stage)
    assert stage.network.hang_up(_number(CLIENT))
    stage.later(minutes=2)
    stage.phone(SECOND).hears_nothing()
    stage.phone(CLIENT).ignores()
    stage.close()


def test_a_worker_who_calls_rings_nobody_and_is_no_client(stage: Stage) -> None:
    _call(stage, FIRST)
    stage.phone(FIRST).hears("9 1 1").hears_nothing()
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 0
    stage.close()


def test_a_call_stands_in_the_conversation_once(stage: Stage) -> None:
    stage.phone(CLIENT).texts("when is the next circle").ignores()
    _call(stage)
    with stage.line.database.read() as session:
        kept = session.scalars(select(Message).where(Message.channel == "voice")).all()
        own = [row for row in kept if row.direction == "inbound"]
        assert len(own) == 1 and session.scalar(select(func.count()).select_from(Contact)) == 1
    assert "[call]" in Desk(stage).sign_in_as("caseworker").read(_thread(stage))


def _thread(stage: Stage) -> str:
    return Desk(stage).thread()


def test_recordings_are_played_where_there_are_any(tmp_path: Path, database: Database) -> None:
    for name in ("danger.iu.mp3", "greeting.en.mp3"):
        (tmp_path / name).write_bytes(b"ID3")
    stage = Stage(database=database, config=replace(stage_config(), recordings=tmp_path))
    _call(stage)
    stage.phone(CLIENT).hears("9 1 1", "[recording danger.iu.mp3]", "[recording greeting.en.mp3]")
    client = stage.rehearsal.app.test_client()
    assert client.get("/voice/recordings/danger.iu.mp3").data == b"ID3"
    for wrong in ("danger.en.mp3", "..%2fx.mp3", "x.iu.mp3", "danger.fr.mp3"):
        assert client.get(f"/voice/recordings/{wrong}").status_code == 404


def test_only_the_carrier_can_say_that_somebody_calls(stage: Stage) -> None:
    client = stage.rehearsal.app.test_client()
    for path in ("call", "next", "back", "worker", "taken"):
        answer = client.post(f"/voice/{path}?m=1", data={"CallSid": "CA1", "From": "+16135550141"})
        assert answer.status_code == 403


def test_what_a_caller_hears_names_nobody(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    stage.later(seconds=61)
    said = " ".join(h.body for h in stage.network.thread(_number(CLIENT)))
    assert not re.search(r"alluriarniq|healing|police|exploit|\+1", said, re.IGNORECASE)
