"""The level of one text is corrected while something else keeps the item as grave as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import Escalation, Message
from tests.admin.desk import KNIFE, Desk
from tests.conversations.check_ins import MONDAY, Asked, at
from tests.stage import Stage

GUN = "he has a gun now he will kill me"
FIRST, SECOND, LAST = 0, 1, -1


def _item(desk: Desk) -> tuple[str, str]:
    with desk.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
    return alert.state, alert.level


def _corrects(desk: Desk, text: int, level: str) -> str:
    """Says what one of the client's texts should have been; what the page says to that."""
    with desk.line.database.read() as session:
        theirs = select(Message.seq).where(Message.direction == "inbound", Message.seq.is_not(None))
        seq = session.scalars(theirs.order_by(Message.seq)).all()[text]
    fields = {"csrf_token": desk.form_token("/admin/account"), "level": level, "reason": "a film"}
    path = desk.thread(f"/texts/{seq}/level")
    page = desk.client.post(path, data=fields, follow_redirects=True).text
    desk.stage.collect()
    return page


@pytest.mark.parametrize(
    ("level", "after"), [("routine", ("resolved", "emergency")), ("urgent", ("open", "urgent"))]
)
def test_a_newer_cry_keeps_the_item_that_the_first_text_opened(
    stage: Stage, level: str, after: tuple[str, str]
) -> None:
    stage.phone().texts(KNIFE)
    desk = Desk(stage).sign_in_as("caseworker")
    desk.read(desk.thread())
    stage.later(minutes=1)
    stage.phone().texts(GUN)
    assert "Corrected." in _corrects(desk, FIRST, level)
    assert _item(desk) == ("open", "emergency")
    stage.phone("0191").ignores()
    stage.later(minutes=1)
    stage.phone("0191").hears("Urgent item 11")
    _corrects(desk, SECOND, level)  # it rested on this one alone by then
    assert _item(desk) == after


def test_an_item_is_lowered_no_further_than_what_else_they_texted(stage: Stage) -> None:
    stage.phone().texts(KNIFE)
    stage.later(minutes=31)
    stage.phone().texts("i need a place to sleep tonight")
    desk = Desk(stage).sign_in_as("caseworker")
    _corrects(desk, FIRST, "routine")
    assert _item(desk) == ("open", "urgent")


def test_who_answered_that_they_are_not_safe_is_not_closed_with_their_text(stage: Stage) -> None:
    stage.phone().texts(KNIFE).texts("2")
    desk = Desk(stage).sign_in_as("caseworker")
    _corrects(desk, FIRST, "routine")
    assert _item(desk) == ("open", "emergency")


def test_who_said_in_a_check_in_that_they_are_not_ok_keeps_their_item(database: Database) -> None:
    asked = Asked(database)
    asked.agree()
    asked.stage.at(at(MONDAY, 13))
    asked.client.texts("3")
    asked.stage.later(minutes=1)
    asked.client.texts(KNIFE)
    desk = Desk(asked.stage).sign_in_as("caseworker")
    assert _item(desk) == ("open", "emergency")
    assert "Corrected." in _corrects(desk, LAST, "routine")
    assert _item(desk) == ("open", "urgent")
    assert asked.alerts() == [("urgent", "not_ok")]


def test_a_timer_that_ran_out_keeps_the_item_whatever_their_text_was(stage: Stage) -> None:
    stage.phone().texts("SAFE 30m").texts("4821").texts("0")
    stage.phone().texts(f"{KNIFE} dont text me hes reading this")
    stage.later(minutes=31)
    desk = Desk(stage).sign_in_as("caseworker")
    assert "Corrected." in _corrects(desk, LAST, "routine")
    assert _item(desk) == ("open", "emergency")


def test_a_text_on_which_nothing_rests_is_corrected_whoever_has_the_item(stage: Stage) -> None:
    stage.phone().texts(KNIFE)
    stage.phone("0191").texts("11")
    stage.phone().texts(GUN)
    boss = Desk(stage).sign_in_as("supervisor")
    assert "Corrected." in _corrects(boss, FIRST, "routine")
    assert "Another worker has this urgent item" in _corrects(boss, SECOND, "routine")
    assert _item(boss) == ("acknowledged", "emergency")


def test_a_call_back_that_was_asked_for_keeps_the_item(stage: Stage) -> None:
    stage.phone().texts("i slipped again and im so ashamed")
    for digits in ("0191", "0192", "0193"):
        stage.network.add_phone(f"+1613555{digits}", answering="no-answer")
    stage.network.phone_calls(stage.phone().number)
    stage.rehearsal.settle()
    stage.later(seconds=61)
    assert stage.network.press(stage.phone().number, "1")
    stage.rehearsal.settle()
    desk = Desk(stage).sign_in_as("caseworker")
    _corrects(desk, FIRST, "routine")
    assert _item(desk) == ("open", "urgent")


def test_a_timer_that_ran_out_beside_an_item_keeps_it(stage: Stage) -> None:
    stage.phone().texts("SAFE 30m").texts("4821").texts("0")
    stage.phone().texts(KNIFE)
    stage.later(minutes=31)
    desk = Desk(stage).sign_in_as("caseworker")
    assert "Corrected." in _corrects(desk, LAST, "routine")
    assert _item(desk) == ("open", "emergency")
