"""When something that repeats takes place: on the wall clock, whatever the season does to it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

WALL = "%Y-%m-%dT%H:%M"
#: Nothing of ours repeats more often than daily; a rule by the minute would fill the disk.
_OFTEN_ENOUGH = re.compile(r"FREQ=(YEARLY|MONTHLY|WEEKLY|DAILY)(;|$)", re.IGNORECASE)
_WITHIN_A_DAY = re.compile(r"BY(HOUR|MINUTE|SECOND)", re.IGNORECASE)
LONGEST_RULE = 240
MOST_DATES = 1000


class RuleError(ValueError):
    """A rule of repetition that cannot be read or repeats too often."""


def wall_of(local: datetime) -> str:
    """The wall time "2026-12-02T18:00" that names a date within its event."""
    return local.strftime(WALL)


def local_of(wall: str) -> datetime:
    """The wall time as a datetime without a zone. Raises ValueError when it is none."""
    return datetime.strptime(wall, WALL)  # noqa: DTZ007 - a wall time has no zone


def instant_of(wall: str, zone: ZoneInfo) -> datetime:
    """The UTC instant of a wall time: the first of a repeated hour; an hour that the clock
    leaves out counts from before the change, so 02:30 takes place at 03:30."""
    return instant(local_of(wall), zone)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """As `instant_of`, of a wall time without a zone."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def check(rule: str, first_wall: str) -> None:
    """Raises RuleError unless the rule can be carried out from `first_wall` on."""
    _read(rule, first_wall)


def walls(rule: str | None, first_wall: str, after: datetime, until: datetime) -> list[str]:
    """The wall times of an event after `after` up to `until` (both without a zone), in order.

    Without a rule it takes place once. At most MOST_DATES. Raises RuleError.
    """
    first = local_of(first_wall)
    if not rule:
        return [first_wall] if after < first <= until else []
    found = _read(rule, first_wall).xafter(after - timedelta(seconds=1), inc=True)
    dates = islice(found, MOST_DATES)
    return [wall_of(date) for date in dates if after < date <= until] if until > after else []


def _read(rule: str, first_wall: str) -> rrule:
    line = rule.strip().removeprefix("RRULE:")
    if len(line) > LONGEST_RULE or re.search(r"[\s:]", line):
        raise RuleError("a rule of repetition is one short line without a start")
    if not _OFTEN_ENOUGH.search(line) or _WITHIN_A_DAY.search(line):
        raise RuleError("nothing repeats more often than daily")
    try:
        found = rrulestr(line, dtstart=local_of(first_wall), ignoretz=True)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise RuleError(f"the rule of repetition cannot be read: {error}") from error
    if not isinstance(found, rrule):
        raise RuleError("a rule of repetition is one short line without a start")
    return found
