"""The ladder by itself: which rung when, and whom it tries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.escalation.ladder import (
    LADDERS,
    MOST_STEPS,
    due_at,
    is_top,
    may_page_at,
    rolled,
    step_at,
    who,
)
from bot.escalation.rota import OnCall

START = datetime(2026, 12, 2, 3, 0, tzinfo=UTC)
FULL = OnCall(1, 2, 3, (1, 2, 3, 4))
OTTAWA = ZoneInfo("America/Toronto")


def minutes(level: str, count: int) -> list[int]:
    return [int((due_at(level, n, START) - START).total_seconds() / 60) for n in range(count)]


def test_rungs_and_repeats() -> None:
    assert minutes("emergency", 7) == [0, 2, 5, 10, 15, 20, 25]
    assert minutes("urgent", 7) == [0, 5, 15, 30, 45, 60, 75]


def test_there_is_no_last_rung() -> None:
    assert due_at("emergency", 10_000, START) > due_at("emergency", 9_999, START)


def test_the_highest_rung_due_is_climbed_and_never_a_lower_one() -> None:
    assert step_at("emergency", 0, START, START) == 0
    assert step_at("emergency", 0, START, START + timedelta(minutes=9)) == 2
    assert step_at("emergency", 3, START, START + timedelta(minutes=1)) == 3


@pytest.mark.parametrize("level", LADDERS)
def test_a_ladder_that_is_counted_anew_goes_on_where_it_was(level: str) -> None:
    assert rolled(level, MOST_STEPS, START) == (MOST_STEPS, START)
    step, began_at = rolled(level, MOST_STEPS + 1, START)
    assert is_top(level, step - 1)
    for more in range(4):
        assert due_at(level, step + more, began_at) == due_at(level, MOST_STEPS + 1 + more, START)


def test_a_rung_is_due_at_its_very_minute_and_not_before() -> None:
    for step, minute in enumerate([0, 2, 5, 10, 15, 20]):
        at = START + timedelta(minutes=minute)
        assert step_at("emergency", 0, START, at) == step
        if step:
            assert step_at("emergency", 0, START, at - timedelta(seconds=1)) == step - 1


def test_who_is_tried() -> None:
    assert who("emergency", 0, FULL) == {1: ("sms", "voice"), 2: ("sms",)}
    assert who("emergency", 1, FULL) == {1: ("sms", "voice", "email")}
    assert who("emergency", 2, FULL)[2] == ("sms", "voice", "email")
    assert set(who("emergency", 3, FULL)) == {1, 2, 3, 4}
    assert who("urgent", 0, FULL) == {1: ("sms", "voice")}
    assert set(who("urgent", 99, FULL)) == {1, 2, 3, 4}


def test_with_nobody_on_call_everyone_is_tried_at_once() -> None:
    nobody = OnCall(None, 2, 3, (2, 3))
    assert who("urgent", 0, nobody) == {2: ("sms", "voice"), 3: ("sms", "voice")}
    assert who("urgent", 1, nobody) == dict.fromkeys((2, 3), ("sms", "voice", "email"))


def test_whoever_is_named_twice_is_tried_by_the_longer_list() -> None:
    alone = OnCall(1, None, None, (1,))
    assert who("emergency", 2, alone) == {1: ("sms", "voice", "email")}
    assert who("emergency", 2, FULL) == {2: ("sms", "voice", "email"), 1: ("sms",)}
    assert who("emergency", 0, OnCall(1, 1, 3, (1, 3))) == {1: ("sms", "voice"), 3: ("sms",)}
    assert who("emergency", 3, OnCall(1, None, None, (1, 4))) == dict.fromkeys(
        (1, 4), ("sms", "voice", "email")
    )


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (OnCall(1, None, 3, (1, 3, 4)), {1, 3}),
        (OnCall(1, None, None, (1, 4)), {1, 4}),
        (OnCall(1, 1, 3, (1, 3)), {1, 3}),
    ],
)
def test_a_missing_second_is_replaced(roster: OnCall, expected: set[int]) -> None:
    assert set(who("emergency", 2, roster)) == expected


def test_top_is_where_everyone_is_tried() -> None:
    assert not is_top("urgent", 2)
    assert is_top("urgent", 3)


@pytest.mark.parametrize(
    ("when", "at", "expected"),
    [
        ("always", (2026, 12, 5, 3), (2026, 12, 5, 3)),
        ("staffed", (2026, 12, 2, 10), (2026, 12, 2, 10)),
        ("staffed", (2026, 12, 2, 17), (2026, 12, 3, 9)),
        ("staffed", (2026, 12, 4, 18), (2026, 12, 7, 9)),
        ("evening", (2026, 12, 5, 20), (2026, 12, 5, 20)),
        ("evening", (2026, 12, 5, 21), (2026, 12, 6, 9)),
        ("evening", (2026, 12, 5, 3), (2026, 12, 5, 9)),
        ("evening", (2026, 12, 5, 9, 30), (2026, 12, 5, 9, 30)),
        ("evening", (2026, 12, 5, 20, 59), (2026, 12, 5, 20, 59)),
        ("staffed", (2026, 12, 2, 10, 30), (2026, 12, 2, 10, 30)),
        ("staffed", (2026, 12, 2, 8, 59), (2026, 12, 2, 9)),
    ],
)
def test_when_pages_may_go(when: str, at: tuple[int, ...], expected: tuple[int, ...]) -> None:
    instant = datetime(*at, tzinfo=OTTAWA).astimezone(UTC)  # type: ignore[misc,arg-type]
    due = datetime(*expected, tzinfo=OTTAWA).astimezone(UTC)  # type: ignore[misc,arg-type]
    found = may_page_at(when, instant, OTTAWA, (9, 17))
    assert found == due and found.tzinfo is UTC
