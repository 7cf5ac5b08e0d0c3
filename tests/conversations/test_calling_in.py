"""Calling the line: 911 first, the person on call rung, masked both ways; or a call back."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask import Response, request
from sqlalchemy import func, select

from bot import recordings
from records.database import Database
from records.models import Contact, Escalation, Message, QueueItem
from service.rehearsal import stage_config
from service.settings import SIMULATOR_NUMBER
from tests.admin.desk import Desk
from tests.flows.talking import TEXTS
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


def test_who_waits_for_a_call_and_does_not_end_their_timer_is_paged_about(stage: Stage) -> None:
    client = stage.phone(CLIENT).texts("SAFE 1h").ignores().texts("4821").ignores()
    client.texts("0").hears("OK, noted").hears_nothing()
    _nobody_answers(stage)
    _call(stage)
    stage.later(seconds=61)
    assert _press(stage, CLIENT)
    stage.later(minutes=40)
    for phone in (CLIENT, FIRST, SECOND, THIRD):
        stage.phone(phone).ignores()
    stage.later(minutes=19)
    client.hears_nothing()
    # Not "cannot be texted: call": what rings there now may be heard by somebody else.
    assert stage.phone(FIRST).unread[-1].startswith("Urgent item 11. Reply 11")
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
        assert (alert.kind, alert.level, alert.is_silent) == ("timer", "emergency", True)
    stage.phone(FIRST).ignores().texts("11").hears("Others may read that phone").ignores()


def test_who_waits_for_a_call_and_texts_that_it_is_bad_now_is_answered(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    stage.later(seconds=61)
    assert _press(stage, CLIENT)
    stage.later(minutes=2)
    client = stage.phone(CLIENT).ignores()
    stage.phone(FIRST).ignores()
    client.texts("he has a knife hes at the door").hears(
        "911", "Are you safe right now? 1 yes 2 no"
    )
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
        assert (alert.level, alert.is_silent, alert.cannot_text) == ("emergency", False, False)
    stage.phone(FIRST).hears("Urgent item 11. Reply 11").ignores()
    client.texts("2").hears("").hears_nothing()
    client.texts("dont text me he sees it").hears_nothing()
    stage.later(minutes=10)
    client.hears_nothing()


def test_who_waits_for_a_call_and_texts_is_told_that_nobody_has_picked_up(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    stage.later(seconds=61)
    assert _press(stage, CLIENT)
    client = stage.phone(CLIENT).ignores().texts("hello?").ignores()
    stage.later(minutes=5, seconds=1)
    client.hears("Nobody has picked up yet").hears_nothing()
    stage.phone(FIRST).ignores()


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


def test_french_is_said_by_the_carriers_voice_after_the_english(stage: Stage) -> None:
    _nobody_answers(stage)
    _call(stage)
    [heard] = stage.phone(CLIENT).unread
    english, french = heard.index("hang up and call 9 1 1"), heard.index("faites le 9 1 1")
    assert english < french < heard.index("A phone is ringing") < heard.index("Un téléphone sonne")
    stage.phone(CLIENT).ignores()
    stage.later(seconds=61)
    stage.phone(CLIENT).hears("call 9 8 8", "faites le 9 8 8", "press 1", "faites le 1")


def test_a_french_draft_is_not_spoken_where_drafts_are_off(database: Database) -> None:
    config = replace(stage_config(), inuktitut_drafts="off")
    stage = Stage(database=database, config=config)
    _call(stage)
    [heard] = stage.phone(CLIENT).unread
    assert "9 1 1" in heard and "faites" not in heard
    stage.phone(FIRST).ignores()


def _instructions(stage: Stage) -> list[ElementTree.Element]:
    """Every verb and noun that the line answers calls with from now on, as they come."""
    seen: list[ElementTree.Element] = []

    def keep(response: Response) -> Response:
        if request.path.startswith("/voice/") and response.mimetype == "text/xml":
            # Our own line's words.
            seen.extend(ElementTree.fromstring(response.get_data(as_text=True)).iter())  # noqa: S314
        return response

    stage.rehearsal.app.after_request_funcs.setdefault(None, []).append(keep)
    return seen


def test_nothing_is_ever_recorded_whatever_becomes_of_a_call(stage: Stage) -> None:
    seen = _instructions(stage)
    _call(stage)  # the first on call takes it
    assert _press(stage, FIRST)
    stage.network.hang_up(_number(FIRST))
    stage.later(seconds=5)
    _nobody_answers(stage)
    _call(stage, "0142")  # nobody does: called back, and the page that this sends is answered
    stage.later(seconds=61)
    assert _press(stage, "0142")
    stage.network.add_phone(_number(FIRST), answering="answers")
    for _ in range(120):  # until the page rings and asks for a key
        if stage.network.press(_number(FIRST), "1"):
            break
        stage.later(seconds=5)
    else:
        pytest.fail("no page rang")
    stage.rehearsal.settle()
    _call(stage, FIRST)  # a worker calls their own line
    tags = {one.tag for one in seen}
    assert tags == {"Response", "Say", "Gather", "Dial", "Number", "Hangup"}
    marks = {mark for one in seen for mark in one.attrib}
    assert not any("record" in mark.lower() or "transcri" in mark.lower() for mark in marks), marks


def test_any_other_key_takes_no_call_and_the_next_is_rung(stage: Stage) -> None:
    _call(stage)
    stage.phone(FIRST).hears(RINGS)
    assert _press(stage, FIRST, "2")
    assert stage.network.calls.ringing(_number(FIRST)) is None
    stage.phone(SECOND).hears(RINGS)
    assert _press(stage, SECOND)
    stage.phone(CLIENT).hears("9 1 1").hears("[connected]").hears_nothing()
    stage.phone(SECOND).hears("[connected]").hears_nothing()


@pytest.mark.parametrize("sender", ["anonymous", "+266696687", "+7378742833", ""])
def test_who_hides_their_number_is_put_through_but_never_promised_a_call(
    stage: Stage, sender: str
) -> None:
    _nobody_answers(stage)
    stage.network.phone_calls(sender)
    stage.rehearsal.settle()
    stage.collect()
    stage.later(seconds=61)
    said = stage.network.calls.get(next(iter(stage.network.calls.book))).said
    assert "9 1 1" in said[0] and "9 8 8" in said[-1]
    assert "press 1" not in " ".join(said)
    with stage.line.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Escalation)) == 0
        assert list(session.scalars(select(QueueItem.kind))) == ["missed_call"]


def test_callers_who_hide_their_number_reach_the_person_on_call(stage: Stage) -> None:
    stage.network.phone_calls("anonymous")
    stage.rehearsal.settle()
    stage.collect()
    stage.phone(FIRST).hears(RINGS)
    assert _press(stage, FIRST)
    stage.phone(FIRST).hears("[connected]")


def test_the_recorders_sheet_holds_every_slot_as_it_is_said() -> None:
    sheet = (Path(__file__).parents[2] / "docs" / "calls.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in sheet.splitlines() if line.startswith("| `")]
    assert [row[0].removeprefix("| ") for row in rows] == [
        ", ".join(f"`{slot}.{language}.mp3`" for language in recordings.LANGUAGES)
        for slot in recordings.SLOTS
    ]
    for slot, row in zip(recordings.SLOTS, rows, strict=True):
        english, french = (TEXTS.entry(f"voice.{slot}", one) for one in ("en", "fr"))
        assert english and french and row[1:3] == [english.forms[0], french.forms[0]]
