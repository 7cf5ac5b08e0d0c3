"""Tells who is on call at any moment, from the rota as people entered it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from records.models import Override, Rotation, Shift, Swap
from records.models.rota import SLOTS

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Turns:
    """A rotation with its members in order."""

    rotation: Rotation
    members: tuple[int, ...]


@dataclass(frozen=True)
class Rota:
    """All that decides who is on call. `people` can be reached; `supervisors` are among them.

    `was_entered`: somebody was entered as first at some time, though it may be over by now.
    """

    zone: ZoneInfo
    people: tuple[int, ...]
    supervisors: tuple[int, ...] = ()
    shifts: tuple[Shift, ...] = ()
    rotations: tuple[Turns, ...] = ()
    overrides: tuple[Override, ...] = ()
    swaps: tuple[Swap, ...] = ()
    was_entered: bool = False

    @property
    def is_empty(self) -> bool:
        """Has nobody ever entered who is first?"""
        rows: list[Shift | Override | Rotation] = [*self.shifts, *self.overrides]
        rows += [turns.rotation for turns in self.rotations]
        return not self.was_entered and not any(row.slot == "first" for row in rows)


@dataclass(frozen=True)
class OnCall:
    """Staff ids. `first` None means that nobody is on call, which is an alarm."""

    first: int | None
    second: int | None
    supervisor: int | None
    everyone: tuple[int, ...]


def on_call(at: datetime, rota: Rota) -> OnCall:
    """Who has each slot at `at` (aware): one person at most, whatever overlaps.

    An override goes before a shift, a shift before a rotation; of two alike the one that
    began later holds. Someone who cannot be reached has no slot. Without a supervisor on
    the rota the first person with that role stands in.
    """
    first, second, supervisor = (_holder(at, rota, slot) for slot in SLOTS)
    if supervisor is None and rota.supervisors:
        supervisor = rota.supervisors[0]
    return OnCall(first, second, supervisor, rota.people)


def _holder(at: datetime, rota: Rota, slot: str) -> int | None:
    overrides = [
        o
        for o in rota.overrides
        if o.slot == slot
        and o.withdrawn_at is None
        and o.starts_at <= at < o.ends_at
        and o.staff_id in rota.people
    ]
    if overrides:
        return max(overrides, key=lambda o: (o.made_at, o.id)).staff_id
    return _swapped(at, rota, slot, _planned(at, rota, slot))


def _planned(at: datetime, rota: Rota, slot: str) -> int | None:
    """Whose turn it is by the plan, where they, or who accepted to stand in, can be reached."""
    shifts = [
        (window[0], shift.id, shift.staff_id)
        for shift in rota.shifts
        if shift.slot == slot and _swapped(at, rota, slot, shift.staff_id) in rota.people
        for window in _windows(shift, at, rota.zone)
        if window[0] <= at < window[1]
    ]
    turns = [
        (window[0], turn.rotation.id, member)
        for turn in rota.rotations
        if turn.rotation.slot == slot
        for window, member in _turns(turn, at, rota.zone)
        if window[0] <= at < window[1] and _swapped(at, rota, slot, member) in rota.people
    ]
    found = shifts or turns
    return max(found)[2] if found else None


def _swapped(at: datetime, rota: Rota, slot: str, staff_id: int | None) -> int | None:
    accepted = [
        s
        for s in rota.swaps
        if s.slot == slot
        and s.accepted_at is not None
        and s.declined_at is None
        and s.starts_at <= at < s.ends_at
    ]
    for swap in sorted(accepted, key=lambda s: (s.accepted_at or s.asked_at, s.id)):
        if swap.from_staff_id == staff_id and swap.to_staff_id in rota.people:
            staff_id = swap.to_staff_id
    return staff_id


def stretches(
    rota: Rota, slot: str, since: datetime, until: datetime
) -> list[tuple[datetime, datetime, int | None]]:
    """Who has one slot between two instants, in order, aware UTC; None where nobody has it."""
    edges = [since, *sorted({e for e in _edges(rota, since, until) if since < e < until}), until]
    found: list[tuple[datetime, datetime, int | None]] = []
    for start, end in zip(edges, edges[1:], strict=False):
        holder: int | None = getattr(on_call(start, rota), slot)
        if found and found[-1][2] == holder:
            found[-1] = (found[-1][0], end, holder)
        else:
            found.append((start, end, holder))
    return found


def gaps(rota: Rota, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The times between two instants in which nobody is first, in order, aware UTC."""
    return [
        (start, end)
        for start, end, holder in stretches(rota, "first", since, until)
        if holder is None
    ]


def _edges(rota: Rota, since: datetime, until: datetime) -> Iterator[datetime]:
    """Every instant at which somebody's time begins or ends, and some beyond."""
    for override in rota.overrides:
        yield from (override.starts_at, override.ends_at)
    for swap in rota.swaps:
        yield from (swap.starts_at, swap.ends_at)
    at = since
    while at <= until + DAY:
        for shift in rota.shifts:
            for window in _windows(shift, at, rota.zone):
                yield from window
        for turn in rota.rotations:
            for window, _ in _turns(turn, at, rota.zone):
                yield from window
        at += DAY


def _windows(shift: Shift, at: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """This shift's times that begin on a day around `at`."""
    today = at.astimezone(zone).date()
    for day in (today - DAY, today, today + DAY):
        is_over = shift.until_on is not None and day > shift.until_on
        if str(day.weekday()) not in shift.weekdays or day < shift.from_on or is_over:
            continue
        last_day = day if shift.ends > shift.starts else day + DAY
        yield first_at(day, shift.starts, zone), last_at(last_day, shift.ends, zone)


def _turns(
    turn: Turns, at: datetime, zone: ZoneInfo
) -> Iterator[tuple[tuple[datetime, datetime], int]]:
    """The rotation's turns around `at`, each with the member who has it."""
    row = turn.rotation
    if not turn.members:
        return
    length = max(1, row.every_days)
    near = (at.astimezone(zone).date() - row.starts_on).days // length
    for k in range(max(0, near - 1), near + 2):
        start, end = (row.starts_on + n * length * DAY for n in (k, k + 1))
        if row.until_on is not None:
            if start >= row.until_on:
                return
            end = min(end, row.until_on)
        window = first_at(start, row.handoff, zone), last_at(end, row.handoff, zone)
        yield window, turn.members[k % len(turn.members)]


@lru_cache(maxsize=4096)
def first_at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The first instant (UTC) at which the wall clock shows this time, for a beginning.

    Rule of GoAlert's schedules: a beginning takes the first of a repeated hour and an end the
    last, so that a hand-off may overlap and never leaves a gap. A wall time that is skipped
    in spring is the instant at which the clock jumps over it.
    """
    return min(_instants(day, minutes, zone))


@lru_cache(maxsize=4096)
def last_at(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """The last instant (UTC) at which the wall clock shows this time, for an end."""
    return max(_instants(day, minutes, zone))


def _instants(day: date, minutes: int, zone: ZoneInfo) -> Iterable[datetime]:
    wall = datetime.combine(day, time(), tzinfo=None) + timedelta(minutes=minutes)  # noqa: DTZ001
    both = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if all(i.astimezone(zone).replace(tzinfo=None) != wall for i in both):
        return [_jump(min(both), max(both), zone)]
    return both


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The instant, to the second, at which the offset changes between two instants."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
