"""When a reminder comes: so long before the start, and only at an hour that is theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.calendar.hours import Hours
from bot.calendar.kinds import DAY
from bot.calendar.rule import instant

#: Moved to the end of quiet hours a reminder must leave so much time to get ready.
TIME_TO_COME = timedelta(hours=1)
#: Later than this before the start no reminder is of use to anyone.
LAST_CALL = timedelta(minutes=30)
#: Why a step has no text of its own: another one comes at that very minute.
TWICE = "twice"


@dataclass(frozen=True)
class Step:
    """One reminder of a plan. `due_at` differs from `meant_at` when `moved` says why: quiet,
    unsafe. Without `due_at` it does not come at all, for that same reason or TWICE."""

    name: str
    meant_at: datetime
    due_at: datetime | None
    moved: str | None


def meant_at(starts_at: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """So long before the start: whole days on the wall clock, less than that by elapsed time.

    Two days before Sunday 18:00 is Friday 18:00, also when the clocks change in between.
    """
    days, rest = divmod(minutes, DAY)
    wall = starts_at.astimezone(zone).replace(tzinfo=None) - timedelta(days=days)
    day_of_it = instant(wall, zone) if days else starts_at
    return day_of_it - timedelta(minutes=rest)


def fit(meant: datetime, starts_at: datetime, now: datetime, hours: Hours) -> datetime | None:
    """`meant` itself if they may be texted then, else the last allowed minute before it, else
    the end of those hours when that leaves an hour to come; None when neither will do."""
    if hours.allow(meant):
        return meant
    before = hours.last_before(meant)
    if before is not None and before >= now:
        return before
    after = hours.next(meant)
    return after if after is not None and after <= starts_at - TIME_TO_COME else None


def steps(
    starts_at: datetime, plan: Iterable[int], hours: Hours, zone: ZoneInfo, now: datetime
) -> Iterator[Step]:
    """What is still to come of a plan (minutes before the start), in the order of the plan.

    Two that would be moved to the same minute are one text.
    """
    taken: set[datetime] = set()
    for minutes in plan:
        meant = meant_at(starts_at, minutes, zone)
        if meant <= now:
            continue
        due = fit(meant, starts_at, now, hours)
        moved = None if due == meant else hours.outside
        if due in taken:
            due, moved = None, TWICE
        elif due is not None:
            taken.add(due)
        yield Step(str(minutes), meant, due, moved)


def soon(now: datetime, until: datetime, hours: Hours) -> tuple[datetime, str | None]:
    """When news may go: now, or at the next hour that is theirs; what is left of it after
    `until` is decided when it is due."""
    at = hours.next(now)
    if at is None or at > until:
        return now, None
    return at, None if at == now else hours.outside
