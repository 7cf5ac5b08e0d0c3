"""No small count follows from a report, nor from it together with all that went out before."""

from __future__ import annotations

from datetime import date
from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.outcomes.suppress import (
    LIMIT,
    TOTAL,
    Key,
    Release,
    exposed,
    month_after,
    release,
    rounded,
    sums_among,
)

START = date(2026, 1, 1)


def months(n: int) -> list[date]:
    found = [START]
    while len(found) < n:
        found.append(month_after(found[-1]))
    return found


def over(cells: list[list[int]], first: int, last: int) -> dict[Key, int]:
    """True counts of one table over months `first` to `last` of a grid month x row."""
    days = months(len(cells))
    span = cells[first : last + 1]
    rows = {f"r{n}": sum(month[n] for month in span) for n in range(len(cells[0]))}
    rows[TOTAL] = sum(rows.values())
    return {Key("t", row, days[first], days[last]): n for row, n in rows.items()}


def feasible(key: Key, releases: list[Release], cells: list[list[int]], most: int) -> set[int]:
    """By trying out every grid of counts there could be: what values a number may have."""
    days = months(len(cells))
    shape = [(m, r) for m in range(len(cells)) for r in range(len(cells[0]))]
    values = set[int]()
    for grid in product(range(most + 1), repeat=len(shape)):
        at = dict(zip(shape, grid, strict=True))

        def count(k: Key, at: dict[tuple[int, int], int] = at) -> int:
            first, last = days.index(k.first), days.index(k.last)
            wanted = range(len(cells[0])) if k.row == TOTAL else [int(k.row[1:])]
            return sum(at[m, r] for m in range(first, last + 1) for r in wanted)

        if all(_fits(one, k, n, count(k)) for one in releases for k, n in one.numbers.items()):
            values.add(count(key))
    return values


def _fits(one: Release, key: Key, shown: int | None, count: int) -> bool:
    if key in one.blank:
        return True
    if shown is None:
        return 1 <= count <= one.limit if key in one.small else count >= 1
    return rounded(count) == shown and (count == 0 or count > one.limit)


GRID = st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=2), min_size=2, max_size=2)


#: What a cell could be to an intruder: 9 is shown as 10, and 10 may be up to 12.
MOST = 12


@settings(max_examples=15, deadline=None)
@given(GRID)
@example([[1, 0], [4, 9]])
def test_by_trying_out_all_tables_no_small_count_is_certain(cells: list[list[int]]) -> None:
    """Two months, then both together: every small count could still be something else."""
    limit, out = 5, list[Release]()
    for first, last in ((0, 0), (1, 1), (0, 1)):
        out.append(release(over(cells, first, last), limit, out))
    for one in out:
        for key in one.small:
            assert len(feasible(key, out, cells, MOST)) > 1, key


WIDE = st.lists(st.lists(st.integers(0, 40), min_size=5, max_size=5), min_size=18, max_size=18)


@settings(max_examples=40, deadline=None)
@given(WIDE, st.sampled_from(sorted(LIMIT.values())))
def test_eighteen_months_three_halves_and_the_whole(cells: list[list[int]], limit: int) -> None:
    out = list[Release]()
    spans = [(m, m) for m in range(18)] + [(0, 5), (6, 11), (12, 17), (0, 17)]
    for first, last in spans:
        out.append(release(over(cells, first, last), limit, out))
    assert exposed(out) is None
    for n, one in enumerate(out):  # and of every pair alone
        for other in out[:n]:
            assert exposed([other, one]) is None


def test_a_lone_small_row_is_not_given_away_by_its_total() -> None:
    """Four rows at the upper end of rounding would leave only 5 for the fifth."""
    counts = {Key("t", f"r{n}", START, START): 12 for n in range(4)}
    counts[Key("t", "r4", START, START)] = 5
    counts[Key("t", TOTAL, START, START)] = 53
    naive = Release(5, {k: (None if n <= 5 else rounded(n)) for k, n in counts.items()})
    naive.small = {Key("t", "r4", START, START)}
    assert exposed([naive]) is not None
    out = release(counts, 5)
    assert exposed([out]) is None and out.numbers[Key("t", "r4", START, START)] is None
    assert sum(number is None for number in out.numbers.values()) == 2


def test_a_small_whole_of_small_months_says_nothing_at_all() -> None:
    """One in each of five months, and five in all: even "small" would tell that it is one each."""
    days = months(5)
    out = [release({Key("t", "a", day, day): 1}, 5) for day in days]
    out.append(release({Key("t", "a", days[0], days[4]): 5}, 5, out))
    assert exposed(out) is None and out[-1].blank == set(out[-1].numbers)


def test_what_went_out_goes_out_again_as_it_was() -> None:
    first = release({Key("t", "a", START, START): 12}, 5)
    again = release({Key("t", "a", START, START): 14}, 5, [first])
    assert again.numbers == first.numbers


def test_zero_is_said_and_numbers_are_rounded() -> None:
    keys = [Key("t", row, START, START) for row in "abc"]
    out = release(dict(zip(keys, (0, 8, 3), strict=True)), 5)
    assert [out.numbers[key] for key in keys] == [0, 10, None]


def test_a_period_is_a_sum_of_months_and_of_halves() -> None:
    days = months(12)
    keys = {Key("t", "a", day, day) for day in days}
    keys |= {Key("t", "a", days[0], days[5]), Key("t", "a", days[6], days[11])}
    whole = Key("t", "a", days[0], days[11])
    parts = {len(one.parts) for one in sums_among({*keys, whole}) if one.whole == whole}
    assert parts == {2, 12}
