"""Who is on call, through twenty years of clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.escalation.rota import Rota, Turns, first_at, gaps, last_at, on_call
from records.models import Override, Rotation, Shift, Swap

OTTAWA = ZoneInfo("America/Toronto")
ANN, BEN, CARA = 1, 2, 3
PEOPLE = (ANN, BEN, CARA)
NINE = 9 * 60
LONG_AGO = date(2019, 12, 30)
#: Both clock changes of each year, in Ottawa, to the minute (UTC).
CHANGES = [
    datetime(year, month, day, hour, tzinfo=UTC)
    for year in range(2020, 2041)
    for month, hour in ((3, 7), (11, 6))
    for day in (
        next(
            d
            for d in range(8 if month == 3 else 1, 15 if month == 3 else 8)
            if date(year, month, d).weekday() == 6
        ),
    )
]


def weekly(*members: int, slot: str = "first", handoff: int = NINE, every: int = 7) -> Turns:
    row = Rotation(id=1, slot=slot, handoff=handoff, every_days=every, starts_on=LONG_AGO)
    return Turns(row, members)


def shift(staff: int, weekdays: str, starts: int, ends: int, slot: str = "first") -> Shift:
    return Shift(
        id=starts * 10 + staff,
        slot=slot,
        staff_id=staff,
        weekdays=weekdays,
        starts=starts,
        ends=ends,
        from_on=LONG_AGO,
    )


def rota(**rows: object) -> Rota:
    return Rota(zone=OTTAWA, people=PEOPLE, **rows)  # type: ignore[arg-type]


def local(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=OTTAWA, fold=fold)  # type: ignore[misc,arg-type]


def test_the_changes_are_where_the_zone_has_them() -> None:
    for change in CHANGES:
        before = (change - timedelta(seconds=1)).astimezone(OTTAWA).utcoffset()
        assert before != change.astimezone(OTTAWA).utcoffset()


def test_turns_change_at_the_wall_clock_hour_in_summer_and_winter() -> None:
    week = rota(rotations=(weekly(ANN, BEN),))
    for day in ((2026, 7, 6), (2026, 12, 7), (2027, 3, 15), (2026, 11, 2)):
        before, after = local(*day, 8, 59), local(*day, 9, 0)
        assert on_call(before, week).first != on_call(after, week).first


def test_a_beginning_takes_the_first_of_a_repeated_hour_and_an_end_the_last() -> None:
    day = date(2026, 11, 1)
    assert first_at(day, 90, OTTAWA) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert last_at(day, 90, OTTAWA) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_skipped_hour_is_the_instant_at_which_the_clock_jumps() -> None:
    day = date(2027, 3, 14)
    jump = datetime(2027, 3, 14, 7, 0, tzinfo=UTC)
    assert first_at(day, 150, OTTAWA) == last_at(day, 150, OTTAWA) == jump


def test_in_the_repeated_hour_the_one_who_comes_has_it() -> None:
    night = rota(shifts=(shift(ANN, "0123456", 18 * 60, 90), shift(BEN, "0123456", 90, 18 * 60)))
    assert on_call(local(2026, 11, 1, 1, 29, fold=0), night).first == ANN
    assert on_call(local(2026, 11, 1, 1, 30, fold=0), night).first == BEN
    assert on_call(local(2026, 11, 1, 1, 29, fold=1), night).first == BEN


def test_an_override_goes_before_a_shift_and_a_shift_before_a_rotation() -> None:
    at = local(2026, 12, 2, 10)
    rows = {"rotations": (weekly(ANN),), "shifts": (shift(BEN, "2", NINE, 17 * 60),)}
    assert on_call(at, rota(rotations=rows["rotations"])).first == ANN
    assert on_call(at, rota(**rows)).first == BEN
    override = Override(
        id=1,
        slot="first",
        staff_id=CARA,
        starts_at=at,
        ends_at=at + timedelta(hours=1),
        made_by=1,
        made_at=at,
    )
    covered = rota(**rows, overrides=(override,))
    assert on_call(at, covered).first == CARA
    assert on_call(at + timedelta(hours=1), covered).first == BEN
    override.withdrawn_at = at
    assert on_call(at, covered).first == BEN


def test_a_swap_changes_nothing_until_it_is_accepted() -> None:
    at = local(2026, 12, 2, 10)
    swap = Swap(
        id=1,
        slot="first",
        from_staff_id=ANN,
        to_staff_id=BEN,
        starts_at=at,
        ends_at=at + timedelta(hours=8),
        asked_at=at,
    )
    swapped = rota(rotations=(weekly(ANN),), swaps=(swap,))
    assert on_call(at, swapped).first == ANN
    swap.accepted_at = at
    assert on_call(at, swapped).first == BEN
    assert on_call(at + timedelta(hours=8), swapped).first == ANN
    swap.declined_at = at
    assert on_call(at, swapped).first == ANN


def test_whoever_accepted_a_swap_is_on_call_also_when_the_asker_has_left() -> None:
    at = local(2026, 12, 2, 10)
    swap = Swap(
        id=1, slot="first", from_staff_id=ANN, to_staff_id=BEN, starts_at=at,
        ends_at=at + timedelta(hours=8), asked_at=at, accepted_at=at,
    )  # fmt: skip
    for plan in ({"rotations": (weekly(ANN),)}, {"shifts": (shift(ANN, "0123456", 0, 0),)}):
        left = Rota(zone=OTTAWA, people=(BEN, CARA), swaps=(swap,), **plan)  # type: ignore[arg-type]
        assert on_call(at, left).first == BEN
        assert on_call(at + timedelta(hours=8), left).first is None


def test_someone_who_cannot_be_reached_is_not_on_call() -> None:
    gone = Rota(zone=OTTAWA, people=(BEN,), rotations=(weekly(ANN),))
    now = local(2026, 12, 2, 10)
    assert on_call(now, gone).first is None
    assert gaps(gone, now, now + timedelta(days=7)) == [(now, now + timedelta(days=7))]


def test_a_gap_is_found_to_the_minute() -> None:
    days = rota(shifts=(shift(ANN, "01234", NINE, 17 * 60),))
    found = gaps(days, local(2026, 11, 30, 9), local(2026, 12, 1, 9))
    assert found == [(local(2026, 11, 30, 17), local(2026, 12, 1, 9))]


@pytest.mark.parametrize("every", (1, 2, 7))
def test_each_turn_of_a_rotation_is_one_members_for_so_many_days(every: int) -> None:
    turns = weekly(ANN, BEN, CARA, every=every)
    found = rota(rotations=(turns,))
    begins = turns.rotation.starts_on
    for day in range(9):
        at = first_at(begins + timedelta(days=day), turns.rotation.handoff, OTTAWA)
        member = (ANN, BEN, CARA)[day // every % 3]
        assert on_call(at, found).first == member
        assert on_call(at + timedelta(hours=23), found).first == member


def test_before_a_rotation_begins_and_from_its_last_day_on_nobody_has_it() -> None:
    turns = weekly(ANN, BEN)
    begins, handoff = turns.rotation.starts_on, turns.rotation.handoff
    turns.rotation.until_on = begins + timedelta(days=10)
    found = rota(rotations=(turns,))

    def at(days: int, seconds: int = 0) -> datetime:
        return first_at(begins + timedelta(days=days), handoff, OTTAWA) + timedelta(seconds=seconds)

    assert on_call(at(0, -1), found).first is None and on_call(at(0), found).first == ANN
    assert on_call(at(7), found).first == BEN
    assert on_call(at(10, -1), found).first == BEN and on_call(at(10), found).first is None
    turns.rotation.until_on = begins + timedelta(days=7)
    assert on_call(at(7, -1), found).first == ANN and on_call(at(7), found).first is None
    assert gaps(found, at(6), at(8)) == [(at(7), at(8))]


def test_no_rota_at_all_is_said() -> None:
    assert rota().is_empty
    assert rota(rotations=(weekly(ANN, slot="second"),)).is_empty
    assert not rota(rotations=(weekly(ANN),)).is_empty


def test_without_a_supervisor_on_the_rota_the_role_stands_in() -> None:
    found = on_call(
        local(2026, 12, 2, 10),
        Rota(zone=OTTAWA, people=PEOPLE, supervisors=(CARA,), rotations=(weekly(ANN),)),
    )
    assert (found.first, found.second, found.supervisor) == (ANN, None, CARA)


minutes = st.integers(0, 24 * 60 - 1)
moments = st.one_of(
    st.integers(0, 20 * 365 * 86_400).map(
        lambda seconds: datetime(2020, 1, 6, tzinfo=UTC) + timedelta(seconds=seconds)
    ),
    st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(CHANGES),
        st.integers(-3 * 3600, 3 * 3600),
    ),
)


@settings(max_examples=400, deadline=None)
@given(minutes, st.integers(1, 14), st.permutations(PEOPLE), moments)
def test_a_rotation_never_leaves_a_gap(
    handoff: int, every: int, members: list[int], at: datetime
) -> None:
    turns = rota(rotations=(weekly(*members, handoff=handoff, every=every),))
    assert on_call(at, turns).first in members
    assert gaps(turns, at, at + timedelta(days=2)) == []


@settings(max_examples=400, deadline=None)
@given(st.lists(minutes, min_size=2, max_size=4, unique=True), moments)
def test_shifts_that_follow_one_another_never_leave_a_gap(cuts: list[int], at: datetime) -> None:
    edges = sorted(cuts)
    shifts = tuple(
        shift(PEOPLE[n % 3], "0123456", start, end)
        for n, (start, end) in enumerate(zip(edges, [*edges[1:], edges[0]], strict=True))
    )
    assert on_call(at, rota(shifts=shifts)).first is not None


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.sets(st.sampled_from("0123456"), min_size=1),
                  minutes, minutes),
        max_size=4,
    ),
    moments,
    st.integers(0, 36 * 60),
)  # fmt: skip
def test_one_person_is_on_call_or_a_gap_says_that_nobody_is(
    rows: list[tuple[int, set[str], int, int]], since: datetime, after: int
) -> None:
    shifts = tuple(shift(who, "".join(days), a, b) for who, days, a, b in rows)
    any_rota = rota(shifts=shifts)
    at = since + timedelta(minutes=after)
    found = gaps(any_rota, since, since + timedelta(days=2))
    is_gap = any(start <= at < end for start, end in found)
    assert (on_call(at, any_rota).first is None) == is_gap


@settings(max_examples=300, deadline=None)
@given(minutes, minutes, moments)
def test_a_shift_lasts_as_long_as_the_wall_clock_says(starts: int, ends: int, at: datetime) -> None:
    """Whoever reads the clock on the wall between start and end is on call."""
    one = rota(shifts=(shift(ANN, "0123456", starts, ends),))
    wall = at.astimezone(OTTAWA)
    minute = wall.hour * 60 + wall.minute
    inside = starts <= minute < ends if ends > starts else minute >= starts or minute < ends
    if inside:
        assert on_call(at, one).first == ANN


@pytest.mark.parametrize("change", CHANGES)
def test_every_minute_around_every_change_has_exactly_one_person(change: datetime) -> None:
    covered = rota(
        shifts=(shift(ANN, "0123456", 90, 150), shift(BEN, "0123456", 150, 90)),
    )
    for minute in range(-180, 181, 7):
        at = change + timedelta(minutes=minute)
        assert on_call(at, covered).first in (ANN, BEN)
