"""The moment that a text names, read as people type it."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language.moments import day, moment

ZONE = ZoneInfo("America/Toronto")
#: A Monday, a quarter past ten in the morning.
NOW = datetime(2026, 11, 30, 10, 15, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("call me after 8", "2026-11-30 20:00"),
        ("after 11", "2026-11-30 11:00"),
        ("8", "2026-11-30 20:00"),
        ("call me at 3", "2026-11-30 15:00"),
        ("call me after 5pm", "2026-11-30 17:00"),
        ("10am is good", "2026-12-01 10:00"),
        ("call me b4 5", "2026-11-30 17:00"),
        ("around 16:30", "2026-11-30 16:30"),
        ("at 4:30 p.m.", "2026-11-30 16:30"),
        ("between 1 and 3", "2026-11-30 13:00"),
        ("call me tmrw at 9", "2026-12-01 09:00"),
        ("tomorrow morning around 9", "2026-12-01 09:00"),
        ("tonight at 11", "2026-11-30 23:00"),
        ("fri after 8 in the evening", "2026-12-04 20:00"),
        ("call me on friday at 11", "2026-12-04 11:00"),
        ("call me at noon", "2026-11-30 12:00"),
        ("monday at 4", "2026-11-30 16:00"),
        ("monday at 9", "2026-12-07 09:00"),
        ("in an hour", "2026-11-30 11:15"),
        ("call me in 20 min", "2026-11-30 10:35"),
        ("in half an hour", "2026-11-30 10:45"),
        ("in 2 hours", "2026-11-30 12:15"),
        ("5ish", "2026-11-30 17:00"),
        ("maybe 5 ish", "2026-11-30 17:00"),
        ("4:30ish works", "2026-11-30 16:30"),
        ("5 or 6", "2026-11-30 17:00"),
        ("9-10 am", "2026-12-01 09:00"),
        ("not before noon", "2026-11-30 12:00"),
    ],
)
def test_a_moment_is_read_as_it_is_typed(text: str, at: str) -> None:
    found = moment(text, NOW)
    assert found is not None and f"{found:%Y-%m-%d %H:%M}" == at and found.tzinfo is ZONE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "call me tmrw",
        "when u can",
        "i have 3 kids",
        "25",
        "after supper",
        "613 555 0141",
        "mornings",
    ],
)
def test_without_an_hour_nothing_is_guessed(text: str) -> None:
    assert moment(text, NOW) is None


def test_late_in_the_evening_after_8_is_the_next_morning() -> None:
    late = NOW.replace(hour=21)
    assert moment("after 8", late) == datetime(2026, 12, 1, 8, tzinfo=ZONE)


def test_a_day_that_was_named_before_holds() -> None:
    assert day("call me tmrw", NOW) == date(2026, 12, 1) and day("call me", NOW) is None
    assert moment("after 8", NOW, date(2026, 12, 1)) == datetime(2026, 12, 1, 8, tzinfo=ZONE)


def test_so_long_from_now_is_elapsed_time_when_the_clocks_change() -> None:
    before = datetime(2026, 11, 1, 1, 30, tzinfo=ZONE)
    found = moment("in 2 hours", before)
    assert found is not None and f"{found:%H:%M}" == "02:30"
