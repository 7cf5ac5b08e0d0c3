"""Keeps small counts out of a report, and out of reach of whoever compares it with earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

#: Counts from 1 to this are left out: inside the funder's report, and of anything public.
LIMIT = {"funder": 5, "public": 9}
BASE = 5
TOTAL = "total"
#: No count is known to be below it; larger than any there can be.
_FAR = 10**9


@dataclass(frozen=True, order=True)
class Key:
    """One number of a report: a row of a table over whole months, from `first` to `last` (each
    the first day of its month). The row `total` is the sum of the table's other rows."""

    table: str
    row: str
    first: date
    last: date


@dataclass
class Release:
    """Numbers as they go out: rounded to 5, or None where they are left out.

    `limit` is the largest count that is left out. `small` are those left out because they are
    small; `blank` those of a table that is left out as a whole, zeros too; the others of None are
    left out so that the small ones cannot be computed.
    """

    limit: int
    numbers: dict[Key, int | None] = field(default_factory=dict)
    small: set[Key] = field(default_factory=set)
    blank: set[Key] = field(default_factory=set)


@dataclass(frozen=True)
class Sum:
    """`whole` is the sum of `parts`, as anybody can see from their names."""

    whole: Key
    parts: tuple[Key, ...]


def rounded(count: int) -> int:
    """To the nearest 5: 6 and 7 are 5, 8 is 10."""
    return (count + BASE // 2) // BASE * BASE


def release(counts: Mapping[Key, int], limit: int, earlier: Iterable[Release] = ()) -> Release:
    """What may go out of these true counts, after everything that went out before.

    A number that went out before goes out again as it was. Then numbers are left out until no
    small count follows from the sums between these numbers and all earlier ones; it always ends,
    for with all of them left out nothing follows.
    """
    before = list(earlier)
    out = Release(limit)
    for key, count in counts.items():
        old = next((r for r in before if r.limit == limit and key in r.numbers), None)
        if old is not None:
            out.numbers[key] = old.numbers[key]
            out.small |= {key} & old.small
            out.blank |= {key} & old.blank
        elif 0 < count <= limit:
            out.numbers[key] = None
            out.small.add(key)
        else:
            out.numbers[key] = rounded(count)
    for table in sorted({key.table for key in counts}):
        _protect(out, [_of_table(one, table) for one in before], table)
    return out


def _protect(out: Release, before: list[Release], table: str) -> None:
    """Leaves out numbers of one table until nothing small follows; no sum crosses tables."""
    fixed = {key for one in before for key in one.numbers}
    own = _of_table(out, table)
    while (found := exposed([*before, own])) is not None:
        victim = _largest(own, found, fixed) or _any(own, fixed)
        if victim is None:
            _blank(out, own, fixed)
            return
        own.numbers[victim] = out.numbers[victim] = None


def _blank(out: Release, own: Release, fixed: set[Key]) -> None:
    """Leaves out a whole table: even that a number is small, or none, would say too much.

    Five months in which somebody left, one or more in each, and "small" over all of them: one each.
    """
    for key in own.numbers.keys() - fixed:
        out.numbers[key] = None
        out.small.discard(key)
        out.blank.add(key)


def _of_table(one: Release, table: str) -> Release:
    numbers = {key: number for key, number in one.numbers.items() if key.table == table}
    small, blank = ({key for key in kept if key.table == table} for kept in (one.small, one.blank))
    return Release(one.limit, numbers, small, blank)


def _largest(out: Release, broken: Sum, fixed: set[Key]) -> Key | None:
    shown = [
        (number, key)
        for key in (broken.whole, *broken.parts)
        if key not in fixed and (number := out.numbers.get(key)) is not None
    ]
    return max(shown)[1] if shown else None


def _any(out: Release, fixed: set[Key]) -> Key | None:
    shown = [
        (number, key)
        for key, number in out.numbers.items()
        if number is not None and key not in fixed
    ]
    return max(shown)[1] if shown else None


def exposed(releases: Iterable[Release]) -> Sum | None:
    """A sum from which some small count follows exactly, or None when none does.

    What an intruder knows of each number is a range: left out and small, from 1 to the limit
    (the worst case: they guess why it is missing); left out for another reason, from 1 up;
    shown as 0, nothing; else within rounding. Each sum narrows the ranges of its members until
    nothing changes any more.
    """
    ranges, small = _known(releases)
    sums = sums_among(ranges)
    narrowed = True
    while narrowed:
        narrowed = False
        for one in sums:
            if _narrow(one, ranges):
                narrowed = True
                for key in (one.whole, *one.parts):
                    low, high = ranges[key]
                    if key in small and low == high:
                        return one
    return None


def _known(releases: Iterable[Release]) -> tuple[dict[Key, tuple[int, int]], set[Key]]:
    ranges: dict[Key, tuple[int, int]] = {}
    small = set[Key]()
    for one in releases:
        small |= one.small
        for key, number in one.numbers.items():
            low, high = _range(one, key, number)
            was = ranges.get(key, (0, _FAR))
            ranges[key] = max(was[0], low), min(was[1], high)
    return ranges, small


def _range(one: Release, key: Key, number: int | None) -> tuple[int, int]:
    if key in one.blank:
        return 0, _FAR
    if number is None:
        return (1, one.limit) if key in one.small else (1, _FAR)
    if number == 0:
        return 0, 0
    return max(number - BASE // 2, one.limit + 1), number + BASE // 2


def _narrow(one: Sum, ranges: dict[Key, tuple[int, int]]) -> bool:
    """Makes the ranges of a sum's members as small as the others allow; True if any changed."""
    low = sum(ranges[part][0] for part in one.parts)
    high = sum(ranges[part][1] for part in one.parts)
    changed = _cut(ranges, one.whole, low, high)
    whole_low, whole_high = ranges[one.whole]
    for part in one.parts:
        was_low, was_high = ranges[part]
        if _cut(ranges, part, whole_low - (high - was_high), whole_high - (low - was_low)):
            changed = True
            now_low, now_high = ranges[part]
            low, high = low + now_low - was_low, high + now_high - was_high
    return changed


def _cut(ranges: dict[Key, tuple[int, int]], key: Key, low: int, high: int) -> bool:
    was = ranges[key]
    now = max(was[0], low), min(was[1], high)
    if now[0] > now[1]:
        return False  # corrected since: the two numbers no longer belong to one count
    ranges[key] = now
    return now != was


def sums_among(keys: Iterable[Key]) -> list[Sum]:
    """Every sum between these numbers: a total of its rows, and a period of shorter ones."""
    known = set(keys)
    found = [_rows(key, known) for key in known if key.row == TOTAL]
    spans: dict[tuple[str, str], list[Key]] = {}
    for key in known:
        spans.setdefault((key.table, key.row), []).append(key)
    for group in spans.values():
        found += [one for key in group for one in _periods(key, group)]
    return sorted((one for one in found if one is not None), key=lambda one: (one.whole, one.parts))


def _rows(total: Key, known: set[Key]) -> Sum | None:
    parts = tuple(
        sorted(
            key
            for key in known
            if (key.table, key.first, key.last) == (total.table, total.first, total.last)
            and key.row != TOTAL
        )
    )
    return Sum(total, parts) if parts else None


def _periods(whole: Key, group: list[Key]) -> list[Sum]:
    """Ways to lay shorter periods end to end so that they fill this one: by months, by halves,
    and by whatever mixture of them starts where the last one ended."""
    inside = [k for k in group if k != whole and whole.first <= k.first and k.last <= whole.last]
    found: list[Sum] = []
    for longest_first in (False, True):
        parts, at = [], whole.first
        while at <= whole.last:
            here = sorted((k for k in inside if k.first == at), key=lambda k: k.last)
            if not here:
                break
            chosen = here[-1] if longest_first else here[0]
            parts.append(chosen)
            at = month_after(chosen.last)
        else:
            one = Sum(whole, tuple(parts))
            found += [one] if one not in found else []
    return found


def month_after(first: date) -> date:
    """The first day of the next month."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
