"""A client with an open item calls the line: a worker talks with them, or nobody picks up."""

from __future__ import annotations

from datetime import datetime

import pytest

from records.database import Database
from records.models import Staff
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, Cast
from tests.stage import ZONE, Phone

RINGS = "A call for the person on call. Press 1 to take it."


@pytest.fixture
def cast(database: Database) -> Cast:
    return Cast(database=database)


def calls(cast: Cast) -> None:
    cast.stage.network.phone_calls(cast.client.number)
    cast.stage.rehearsal.settle()
    cast.stage.collect()


def presses_1(cast: Cast, phone: Phone) -> Phone:
    assert cast.stage.network.press(phone.number, "1")
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    return phone


def asks_for_a_call_back(cast: Cast) -> None:
    """Nobody picks up: after a minute they press 1, and hear that somebody is being told."""
    for worker in cast.workers:
        cast.answering(worker, "no-answer")
    calls(cast)
    cast.later(seconds=61)
    cast.ignore()
    presses_1(cast, cast.client).hears("The person on call is being told now").hears_nothing()


def test_a_call_back_over_an_item_for_the_same_day_pages_at_any_hour(database: Database) -> None:
    cast = Cast(datetime(2026, 11, 30, 19, tzinfo=ZONE), database=database)
    cast.client.texts("i slipped again and im so ashamed").hears("A person reads next at")
    cast.later(hours=8)
    for worker in cast.workers:
        worker.hears_nothing()
    asks_for_a_call_back(cast)
    cast.on_call.hears("Urgent item 11").hears_nothing()  # and rings: nobody answers
    cast.second.hears_nothing()
    cast.later(minutes=16)
    cast.second.hears("Urgent item 11")


def test_a_call_back_is_due_in_minutes_from_whoever_has_the_item(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you safe?")
    cast.later(hours=5)
    cast.ignore()
    asks_for_a_call_back(cast)
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=14, seconds=50)
    for worker in cast.workers:
        worker.hears_nothing()
    cast.later(seconds=20)
    cast.on_call.hears("Urgent item 11")
    cast.second.hears("Urgent item 11")


def test_while_nobody_has_an_emergency_a_call_back_starts_nothing_over(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    asks_for_a_call_back(cast)
    cast.on_call.hears("More has come in on item 11")
    cast.ignore()
    cast.second.hears_nothing()
    cast.later(minutes=4)  # five after the cry: the second's turn
    cast.second.hears("Urgent item 11")


def test_who_takes_the_call_of_somebody_in_danger_has_the_item(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    cast.ignore()
    calls(cast)
    cast.on_call.hears(RINGS)
    presses_1(cast, cast.on_call)
    cast.client.hears("9 1 1").hears("[connected]").hears_nothing()
    cast.on_call.hears("[connected]").hears("You have item 11").hears_nothing()
    cast.second.hears("Item 11 is already taken").hears_nothing()
    cast.later(minutes=29)
    cast.client.hears_nothing()
    for worker in cast.workers:
        worker.hears_nothing()
    alert = cast.alert()
    assert (alert.acknowledged_by, alert.state) == (cast.staff_id(cast.on_call), "acknowledged")
    cast.client.texts("he is back he has a gun").ignores()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=5, seconds=10)
    cast.on_call.hears("Urgent item 11")  # a new cry wants a new word
    cast.ignore()


def test_a_talk_of_which_nothing_is_written_is_not_taken_for_help(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call)
    assert cast.stage.network.hang_up(cast.client.number)  # gone before a word was said
    cast.ignore()
    cast.later(minutes=29, seconds=50)
    for phone in (cast.client, *cast.workers):
        phone.hears_nothing()
    cast.later(seconds=20)
    cast.on_call.hears("Urgent item 11")
    cast.second.hears("Urgent item 11")
    cast.client.hears_nothing()
    cast.ignore()


def test_a_word_after_the_talk_keeps_the_item(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call)
    cast.ignore()
    cast.later(minutes=20)
    cast.on_call.texts("11: the door of the office is open").hears_nothing()
    cast.client.hears("the door of the office is open")
    cast.later(hours=2)
    for phone in (cast.client, *cast.workers):
        phone.hears_nothing()


def test_an_item_that_a_colleague_has_stays_theirs_when_another_takes_the_call(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.second.texts("11")
    cast.later(minutes=1)
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call).hears(RINGS).hears("[connected]").hears_nothing()
    cast.client.hears("9 1 1").hears("[connected]").hears_nothing()
    cast.later(minutes=29)
    for phone in (cast.client, *cast.workers):
        phone.hears_nothing()
    assert cast.alert().acknowledged_by == cast.staff_id(cast.second)


def test_an_item_that_a_colleague_has_answered_is_not_let_go_after_a_call(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.second.texts("11").texts("11: i am here, stay where you are")
    cast.later(minutes=1)
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call)
    cast.ignore()
    cast.later(hours=2)
    for phone in (cast.client, *cast.workers):
        phone.hears_nothing()
    assert cast.alert().acknowledged_by == cast.staff_id(cast.second)


def test_a_call_from_a_phone_that_others_read_is_no_word_with_the_client(cast: Cast) -> None:
    cast.client.texts("he reads my texts he is going to kill me tonight").ignores()
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call).hears(RINGS).hears("[connected]")
    cast.on_call.hears("You have item 11. Others may read that phone").hears_nothing()
    cast.ignore()
    cast.later(minutes=5, seconds=10)
    cast.on_call.hears("Urgent item 11")  # nothing was written: the paging goes on
    cast.client.hears_nothing()
    cast.ignore()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "evaluator"}])
def test_who_was_let_go_while_their_phone_rings_is_not_connected_and_takes_nothing(
    cast: Cast, change: dict[str, object]
) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    calls(cast)
    cast.on_call.hears(RINGS)
    left = cast.staff_id(cast.on_call)
    with cast.stage.line.database.write() as session:
        for name, value in change.items():
            setattr(session.get_one(Staff, left), name, value)
    presses_1(cast, cast.on_call)
    assert not any("[connected]" in text for text in cast.on_call.unread + cast.client.unread)
    assert cast.alert().state == "open"
    cast.ignore()


def test_a_no_after_a_talk_on_the_phone_is_still_the_questions(cast: Cast) -> None:
    """They were called, not texted: no text of a person's stands between question and answer."""
    cast.client.texts(HELP).hears(QUESTION)
    cast.ignore()
    calls(cast)
    presses_1(cast, cast.on_call)
    cast.ignore()
    cast.client.texts("no")
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.ignore()
