"""From 2020 to 2040 each reminder comes once, at the wall time it is meant for or where it may."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendar.hours import ALL_DAYS, Hours, Window
from bot.calendar.kinds import plan_of, read_plan
from bot.calendar.rule import instant
from bot.reminders.when import LAST_CALL, TIME_TO_COME, TWICE, fit, meant_at, steps

OTTAWA = ZoneInfo("America/Toronto")
QUIET = Hours((Window(ALL_DAYS, 10 * 60, 21 * 60),), OTTAWA, "quiet")
ALWAYS = Hours((Window(ALL_DAYS, 0, 0),), OTTAWA)
DAYS = st.dates(date(2020, 1, 8), date(2040, 12, 31))
#: Starts by the quarter hour, outside the hour that a Sunday in March leaves out.
MINUTES = st.integers(3 * 4, 24 * 4 - 1).map(lambda quarter: quarter * 15)
PLANS = st.sampled_from([(2880, 180), (10080, 1440), (4320, 2880, 1440, 60), (180,)])
WINDOWS = st.lists(
    st.builds(Window, st.integers(1, 127), st.integers(0, 1439), st.integers(0, 1439)),
    min_size=1,
    max_size=3,
).map(lambda windows: Hours(tuple(windows), OTTAWA))


def start_of(day: date, minute: int) -> datetime:
    return instant(datetime.combine(day, time(minute // 60, minute % 60)), OTTAWA)


@given(day=DAYS, minute=MINUTES, days=st.integers(1, 30))
def test_whole_days_before_is_the_same_wall_time(day: date, minute: int, days: int) -> None:
    starts = start_of(day, minute)
    local = meant_at(starts, days * 1440, OTTAWA).astimezone(OTTAWA)
    assert local.date() == day - timedelta(days=days)
    assert local.hour * 60 + local.minute == minute


@given(day=DAYS, minute=MINUTES, minutes=st.integers(30, 1439))
def test_less_than_a_day_before_is_so_much_time(day: date, minute: int, minutes: int) -> None:
    starts = start_of(day, minute)
    assert starts - meant_at(starts, minutes, OTTAWA) == timedelta(minutes=minutes)


@given(
    day=DAYS, minute=MINUTES, plan=PLANS, hours=WINDOWS | st.just(QUIET), ahead=st.integers(0, 40)
)
def test_each_step_comes_once_and_only_where_it_may(
    day: date, minute: int, plan: tuple[int, ...], hours: Hours, ahead: int
) -> None:
    starts = start_of(day, minute)
    now = starts - timedelta(days=ahead, hours=5)
    found = list(steps(starts, plan, hours, OTTAWA, now))
    to_come = [str(m) for m in plan if meant_at(starts, m, OTTAWA) > now]
    assert [step.name for step in found] == to_come
    dues = [step.due_at for step in found if step.due_at is not None]
    assert len(set(dues)) == len(dues)
    for step in found:
        if step.due_at is None:
            assert step.moved in (hours.outside, TWICE)
            continue
        assert now <= step.due_at < starts and hours.allow(step.due_at)
        assert (step.due_at == step.meant_at) == (step.moved is None)
        if step.due_at > step.meant_at:
            assert step.due_at <= starts - TIME_TO_COME
        if step.due_at < step.meant_at and hours is QUIET:
            local = step.due_at.astimezone(OTTAWA)
            assert (local.hour, local.minute) <= (20, 30), "in an evening not later than that"


@given(day=DAYS, minute=MINUTES)
def test_with_all_hours_allowed_nothing_is_moved(day: date, minute: int) -> None:
    starts = start_of(day, minute)
    now = starts - timedelta(days=9)
    for step in steps(starts, (2880, 180), ALWAYS, OTTAWA, now):
        assert step.due_at == step.meant_at and step.moved is None


@pytest.mark.parametrize(
    ("hour", "minute", "due"),
    [
        (6, 0, (2, 20, 30)),  # nine in the morning: the evening before
        (9, 59, (2, 20, 30)),
        (10, 0, (3, 10, 0)),
        (20, 59, (3, 20, 59)),
        (21, 0, (3, 20, 30)),
        (23, 30, (3, 20, 30)),
    ],
)
def test_a_quiet_hour_moves_it_to_half_past_eight_at_the_latest(
    hour: int, minute: int, due: tuple[int, int, int]
) -> None:
    meant = datetime(2026, 12, 3, hour, minute, tzinfo=OTTAWA).astimezone(UTC)
    now = datetime(2026, 12, 1, tzinfo=UTC)
    found = fit(meant, meant + timedelta(hours=3), now, QUIET)
    assert found == datetime(2026, 12, *due, tzinfo=OTTAWA)


def test_the_plans_of_the_kinds_and_those_that_are_none() -> None:
    assert plan_of("circle", "") == (2880, 180) and plan_of("treatment", "") == (10080, 1440)
    assert plan_of("circle", "60,1440") == (1440, 60)
    for wrong in ("", "soon", "10", "99999", "60,60", "1,2,3,4,5"):
        with pytest.raises(ValueError, match="remind"):
            read_plan(wrong)
    assert timedelta(minutes=30) == LAST_CALL
