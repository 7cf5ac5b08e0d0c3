"""What repeats keeps its hour on the wall clock, on every day from 2020 to 2040."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.calendar.rule import MOST_DATES, RuleError, check, instant_of, local_of, walls

OTTAWA = ZoneInfo("America/Toronto")
FIRST, LAST = local_of("2020-01-01T00:00"), local_of("2040-12-31T23:59")


def all_walls(rule: str, first: str) -> list[str]:
    """Every date from 2020 to 2040, asked for year by year as the line does."""
    found: list[str] = []
    for year in range(2020, 2041):
        after, until = local_of(f"{year - 1}-12-31T23:59"), local_of(f"{year}-12-31T23:59")
        found += walls(rule, first, after, until)
    return found


def test_a_weekly_circle_is_at_18_00_every_wednesday_for_21_years() -> None:
    found = all_walls("FREQ=WEEKLY", "2020-01-01T18:00")
    assert found == sorted(set(found)) and len(found) == 1096
    for wall in found:
        local = instant_of(wall, OTTAWA).astimezone(OTTAWA)
        assert (local.weekday(), local.hour, local.minute) == (2, 18, 0)


@pytest.mark.parametrize("hour", range(24))
def test_a_daily_date_has_one_instant_a_day_and_they_never_go_back(hour: int) -> None:
    found = all_walls("FREQ=DAILY", f"2020-01-01T{hour:02}:30")
    assert len(found) == (LAST.date() - FIRST.date()).days + 1
    instants = [instant_of(wall, OTTAWA) for wall in found]
    steps = {after - before for before, after in zip(instants, instants[1:], strict=False)}
    assert steps <= {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
    left_out = [w for w, i in zip(found, instants, strict=True) if _wall(i) != w]
    # Only 02:30 is ever left out, on one Sunday in March of each year, and is at 03:30 then.
    assert len(left_out) == (21 if hour == 2 else 0)
    for wall in left_out:
        assert local_of(wall).month == 3 and local_of(wall).weekday() == 6
        assert _wall(instant_of(wall, OTTAWA)) == wall.replace("T02", "T03")


def _wall(instant: datetime) -> str:
    return instant.astimezone(OTTAWA).strftime("%Y-%m-%dT%H:%M")


def test_the_first_of_a_repeated_hour_is_meant() -> None:
    assert instant_of("2026-11-01T01:30", OTTAWA) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)


def test_without_a_rule_it_takes_place_once() -> None:
    assert walls(None, "2026-12-02T18:00", FIRST, LAST) == ["2026-12-02T18:00"]
    assert walls(None, "2026-12-02T18:00", LAST, LAST) == []


def test_what_begins_exactly_after_is_not_told_again_and_what_ends_at_until_is() -> None:
    after, until = local_of("2026-12-02T18:00"), local_of("2026-12-16T18:00")
    found = walls("FREQ=WEEKLY", "2026-12-02T18:00", after, until)
    assert found == ["2026-12-09T18:00", "2026-12-16T18:00"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=WEEKLY;UNTIL=20261209T235959Z", "FREQ=WEEKLY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"],
)
def test_a_series_ends(rule: str) -> None:
    assert walls(rule, "2026-12-02T18:00", FIRST, LAST) == ["2026-12-02T18:00", "2026-12-09T18:00"]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "weekly",
        "FREQ=HOURLY",
        "FREQ=SECONDLY",
        "FREQ=DAILY;BYHOUR=1,2,3",
        "FREQ=DAILY;BYMINUTE=0,30",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;COUNT=x",
        "DTSTART:20200101T000000\nRRULE:FREQ=WEEKLY",
        "RRULE:FREQ=WEEKLY\nRRULE:FREQ=DAILY",
        "FREQ=WEEKLY;" + "X" * 300,
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        check(rule, "2026-12-02T18:00")


def test_a_rule_for_ever_gives_a_bounded_list() -> None:
    far = local_of("2999-01-01T00:00")
    assert len(walls("FREQ=DAILY", "2026-12-02T18:00", FIRST, far)) == MOST_DATES
