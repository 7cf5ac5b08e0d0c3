"""A later text, over an item for the same day that waits for the office to open."""

from __future__ import annotations

from datetime import datetime

import pytest

from records.database import Database
from tests.conversations.urgent.cast import QUESTION, WANTS_OUT, Cast
from tests.stage import ZONE

SLIPPED = "i slipped again and im so ashamed"
CALL_ME = "can u call me"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 30 is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


@pytest.fixture
def evening(database: Database) -> Cast:
    """Monday at seven: they told of something that is for the same day. Nobody is paged for it."""
    cast = Cast(at(30, 19), database=database)
    cast.client.texts(SLIPPED).hears("A person reads next at", QUESTION).hears_nothing()
    cast.on_call.hears_nothing()
    return cast


def test_who_asks_at_night_to_be_called_wakes_who_is_on_call(evening: Cast) -> None:
    evening.later(hours=8)
    evening.client.texts(CALL_ME).hears("being told now", QUESTION).hears_nothing()
    evening.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    evening.second.hears_nothing()
    evening.later(minutes=4, seconds=59)
    evening.client.hears_nothing()
    evening.later(seconds=10)
    evening.client.hears("Nobody has picked up yet").hears_nothing()
    evening.on_call.hears("still waits").ignores()


def test_wants_out_pages_at_once_while_it_is_evening(evening: Cast) -> None:
    evening.later(minutes=30)
    evening.client.texts(WANTS_OUT).hears("being told now", QUESTION).hears_nothing()
    evening.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    evening.later(minutes=5, seconds=10)
    evening.client.hears("Nobody has picked up yet").hears_nothing()
    evening.on_call.hears("still waits").ignores()


def test_wants_out_late_at_night_says_when_people_read_and_pages_then(evening: Cast) -> None:
    evening.later(hours=3)
    evening.client.texts(WANTS_OUT).hears("A person reads next at", "12-01 09:00").hears_nothing()
    evening.later(hours=10, minutes=59)
    evening.client.hears_nothing()
    for worker in evening.workers:
        worker.hears_nothing()
    evening.later(minutes=1)
    evening.on_call.hears("Urgent item 11").ignores()


def test_what_is_for_the_same_day_too_wakes_nobody(evening: Cast) -> None:
    evening.later(minutes=30)
    evening.client.texts("i keep thinking about using").hears("A person reads next at")
    evening.later(hours=8)
    evening.client.hears_nothing()
    for worker in evening.workers:
        worker.hears_nothing()


def test_what_is_paged_already_goes_on_past_the_office_hours_and_does_not_start_over() -> None:
    cast = Cast(at(30, 16, 58))
    cast.client.texts(SLIPPED).ignores()
    cast.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    cast.later(minutes=1)
    cast.client.texts(WANTS_OUT).hears("being told now").ignores()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=3, seconds=59)
    cast.on_call.hears_nothing()
    cast.second.hears_nothing()
    cast.later(minutes=11)
    cast.second.hears("Urgent item 11").ignores()
    cast.ignore()


def test_whoever_has_it_answers_in_minutes_or_people_are_paged_at_night_too() -> None:
    cast = Cast(at(30, 16))
    cast.client.texts(SLIPPED).ignores()
    cast.on_call.texts("11").texts("11: good that you tell me. talk tomorrow?")
    cast.ignore()
    cast.later(hours=11)
    cast.ignore()
    cast.client.texts(CALL_ME).ignores()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=14)
    cast.on_call.hears_nothing()
    cast.later(minutes=1, seconds=10)
    cast.second.hears("Urgent item 11").hears("[call]").hears_nothing()
    cast.on_call.hears("Urgent item 11").hears_nothing()
    cast.supervisor.hears_nothing()
    cast.client.ignores()


def test_wrong_number_late_at_night_pages_also_over_such_an_item(evening: Cast) -> None:
    evening.later(hours=3)
    evening.client.texts("wrong number sorry").hears("Sorry about that").hears_nothing()
    evening.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    assert (evening.alert().is_silent, evening.alert().pages_when) == (True, "always")
    evening.ignore()
