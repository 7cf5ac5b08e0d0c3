"""The days of check-ins from 2020 to 2040: no drift, no doubles, the same wall time always."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checkins.schedule import CARING, EVERY, birthday_after, day_of, instant_of, months_after

OTTAWA = ZoneInfo("America/Toronto")
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1)
BIRTHDAYS = st.dates(date(2020, 1, 1), date(2020, 12, 31)).map(lambda day: f"{day:%m-%d}")


@given(anchor=DAYS, every=st.sampled_from(EVERY), step=st.integers(0, 400))
def test_days_only_go_forward_and_never_drift(anchor: date, every: str, step: int) -> None:
    first, second = day_of(every, anchor, step), day_of(every, anchor, step + 1)
    assert first is not None and second is not None and first < second
    gap = (second - first).days
    assert {"day": gap == 1, "week": gap == 7, "fortnight": gap == 14, "month": 28 <= gap <= 31}[
        every
    ]
    if every == "month":
        assert first.day == anchor.day or (first + timedelta(days=1)).day == 1


@given(anchor=DAYS, at_minute=MINUTES, every=st.sampled_from(EVERY), step=st.integers(0, 60))
def test_each_is_at_the_agreed_wall_time_once(
    anchor: date, at_minute: int, every: str, step: int
) -> None:
    day = day_of(every, anchor, step)
    assert day is not None
    local = instant_of(day, at_minute, OTTAWA).astimezone(OTTAWA)
    shown = local.hour * 60 + local.minute
    # Only the hour that a Sunday in March leaves out is shown an hour later.
    left_out = local.utcoffset() != (local - timedelta(hours=1)).utcoffset()
    assert local.date() == day
    assert shown == at_minute or (shown == at_minute + 60 and 120 <= at_minute < 180 and left_out)


@pytest.mark.parametrize("year", range(2020, 2041))
def test_both_sundays_of_the_clock_keep_one_in_the_afternoon(year: int) -> None:
    march = next(date(year, 3, d) for d in range(8, 15) if date(year, 3, d).weekday() == 6)
    november = next(date(year, 11, d) for d in range(1, 8) if date(year, 11, d).weekday() == 6)
    for sunday, hours in ((march, 23), (november, 25)):
        before, on = (
            instant_of(day, 13 * 60, OTTAWA) for day in (sunday - timedelta(days=1), sunday)
        )
        assert on - before == timedelta(hours=hours)
        assert on.astimezone(OTTAWA).hour == before.astimezone(OTTAWA).hour == 13


@given(anchor=DAYS)
def test_caring_days_are_ten_in_a_year(anchor: date) -> None:
    days = [day_of(CARING, anchor, step) for step in range(10)]
    assert days[:2] == [anchor + timedelta(days=1), anchor + timedelta(days=7)]
    assert days[2:] == [months_after(anchor, n) for n in (1, 2, 3, 4, 6, 8, 10, 12)]
    assert day_of(CARING, anchor, 10) is None
    known = [day for day in days if day is not None]
    assert known == sorted(set(known)) and len(known) == 10


@given(birthday=BIRTHDAYS, after=DAYS)
def test_a_birthday_comes_once_a_year(birthday: str, after: date) -> None:
    found = birthday_after(birthday, after)
    assert after < found <= after + timedelta(days=366)
    assert f"{found:%m-%d}" == (birthday if birthday != "02-29" or found.year % 4 == 0 else "02-28")
    assert birthday_after(birthday, found) > found


@pytest.mark.parametrize("birthday", ["13-01", "02-30", "0-1", "x", "1", "02-14-20", ""])
def test_what_is_no_day_is_no_birthday(birthday: str) -> None:
    with pytest.raises(ValueError):
        birthday_after(birthday, date(2026, 1, 1))


def test_a_month_that_is_too_short_has_its_last_day_and_the_next_its_own() -> None:
    end = date(2027, 1, 31)
    assert [day_of("month", end, n) for n in range(4)] == [
        date(2027, 1, 31),
        date(2027, 2, 28),
        date(2027, 3, 31),
        date(2027, 4, 30),
    ]


def test_nothing_happens_at_an_unknown_pace() -> None:
    with pytest.raises(ValueError, match="sometimes"):
        day_of("sometimes", date(2026, 1, 1), 0)


def test_an_instant_is_utc() -> None:
    assert instant_of(date(2026, 7, 1), 13 * 60, OTTAWA) == datetime(2026, 7, 1, 17, tzinfo=UTC)
