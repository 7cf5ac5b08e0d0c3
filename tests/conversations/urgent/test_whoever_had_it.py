"""Whoever loses an item hears so, in line or not: they may be writing to the client just now."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, WANTS_OUT, Cast


@pytest.fixture
def evening(cast_on_each: Cast) -> Cast:
    """Ten to five. From five on the supervisor is first on call, and the one on call goes home."""
    cast = cast_on_each
    cast.stage.at(datetime(2026, 11, 30, 16, 50, tzinfo=ZONE))
    cast.comes_on_call(cast.supervisor, after=timedelta(minutes=10), until=timedelta(days=1))
    return cast


def test_who_talks_with_them_past_their_turn_hears_of_a_2(evening: Cast) -> None:
    evening.client.texts(HELP)
    evening.on_call.texts("11: im here, are you ok?")
    evening.ignore()
    evening.later(minutes=20)
    evening.ignore()
    evening.client.texts("2").hears_nothing()
    evening.on_call.hears("Urgent item 11. Reply 11 to take it").hears_nothing()
    evening.supervisor.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    evening.on_call.texts("11: where are you?").hears("You have item 11").hears_nothing()
    evening.client.hears("where are you?").hears_nothing()
    evening.ignore()


def test_whose_minutes_end_with_their_turn_hears_that_the_item_still_waits(evening: Cast) -> None:
    evening.client.texts(HELP)
    evening.on_call.texts("11")
    evening.ignore()
    evening.later(minutes=14, seconds=59)
    for phone in (evening.client, *evening.workers):
        phone.ignores() if phone is evening.supervisor else phone.hears_nothing()
    evening.later(seconds=1)
    evening.on_call.hears("Urgent item 11 still waits").hears_nothing()
    evening.client.hears("Nobody has picked up yet").hears_nothing()
    assert (evening.alert().state, evening.alert().acknowledged_by) == ("open", None)
    evening.ignore()


def test_who_took_it_and_lost_it_to_a_silence_hears_so_once(evening: Cast) -> None:
    evening.client.texts(HELP)
    evening.later(minutes=16)
    evening.on_call.texts("11")
    evening.ignore()
    evening.later(minutes=13, seconds=59)
    evening.on_call.hears_nothing()
    evening.later(seconds=1)
    assert evening.alert().level == "emergency"
    evening.on_call.hears("Urgent item 11. Reply 11 to take it").hears_nothing()
    evening.ignore()


def test_whoever_is_in_line_is_not_told_twice(cast: Cast) -> None:
    cast.client.texts(HELP)
    cast.on_call.texts("11: im here, are you ok?")
    cast.ignore()
    cast.later(minutes=20)
    cast.client.texts("2").hears_nothing()
    cast.on_call.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    cast.second.hears("Urgent item 11").hears_nothing()


def test_what_waits_for_the_morning_wakes_nobody_who_had_it(cast: Cast) -> None:
    cast.stage.at(datetime(2026, 11, 30, 20, 55, tzinfo=ZONE))
    cast.client.texts(WANTS_OUT)
    cast.on_call.texts("11")
    cast.ignore()
    cast.later(minutes=40)
    cast.client.hears("Nobody has picked up yet", "A person reads next at 2026-12-01 09:00")
    cast.client.hears_nothing()
    for phone in cast.workers:
        phone.hears_nothing()
