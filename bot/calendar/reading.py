"""Reads a calendar that was kept elsewhere, and says line by line what cannot be brought."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Calendar, vRecur
from icalendar import Event as Entry

from bot.calendar import dates, repeating
from bot.calendar.dates import LONGEST_NAME, LONGEST_PLACE
from bot.calendar.rule import RuleError, check, instant_of, local_of, wall_of, walls

LONGEST = 200_000
MOST = 300
LONGEST_UID = 200
#: A rule that never comes true is looked for through all years: a file of many would hold up texts.
LONGEST_SECONDS = 5.0
#: Nothing that we keep began, or begins, farther away.
FARTHEST = timedelta(days=50 * 366)
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass(frozen=True)
class Found:
    """One entry of the other calendar. `line` is where it begins; `excluded` are wall times of
    its series that do not take place. `state`: new, changed or same."""

    line: int
    uid: str
    name: str
    place: str
    first_wall: str
    zone: str
    minutes: int
    rule: str | None
    excluded: tuple[str, ...] = ()
    state: str = NEW


@dataclass(frozen=True)
class Problem:
    """What cannot be brought: the line of the file, and the name of the reason: line, uid, name,
    when, all_day, zone, rule, length, past, single (a changed date of a series), twice, many."""

    line: int
    what: str


class EntryError(Exception):
    """`args[0]` is the reason, as in Problem."""


def read(
    text: str, zone: ZoneInfo, now: datetime, *, longest: float = LONGEST_SECONDS
) -> tuple[list[Found], list[Problem]]:
    """The entries of a file that can be brought, and what is wrong with the others.

    Only names, places and times are read: who was invited and what was noted stays behind.
    After `longest` seconds the rest is too much. Raises ValueError when it is no calendar at all.
    """
    if len(text) > LONGEST or "BEGIN:VCALENDAR" not in text.upper():
        raise ValueError("not a calendar, or too long")
    found: list[Found] = []
    problems: list[Problem] = []
    until = time.monotonic() + longest
    for number, block in _entries(text):
        try:
            if (found or problems) and time.monotonic() > until:
                raise EntryError("many")
            one = _read(number, block, zone, now)
            if any(one.uid == other.uid for other in found):
                raise EntryError("twice")
            if len(found) == MOST:
                raise EntryError("many")
            found.append(one)
        except EntryError as error:
            where = error.args[1] if len(error.args) > 1 else number
            problems.append(Problem(where, str(error.args[0])))
    return found, problems


def _entries(text: str) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Each VEVENT: the line where it begins, and its lines (unfolded) with their numbers."""
    block: list[tuple[int, str]] | None = None
    for number, raw in enumerate(text.splitlines(), 1):
        if raw[:1] in (" ", "\t") and block:
            block[-1] = (block[-1][0], block[-1][1] + raw[1:])
        elif raw.strip().upper() == "BEGIN:VEVENT":
            block = [(number, raw)]
        elif block is not None:
            block.append((number, raw))
            if raw.strip().upper() == "END:VEVENT":
                yield block[0][0], block
                block = None


_LINE = re.compile(r"[A-Za-z0-9-]+(;[^:\"]*(\"[^\"]*\"[^:\"]*)*)?:.*", re.DOTALL)


def _read(number: int, block: list[tuple[int, str]], zone: ZoneInfo, now: datetime) -> Found:
    for at, raw in block:
        if raw.strip() and not _LINE.fullmatch(raw):
            raise EntryError("line", at)
    entry = _parsed([raw for _, raw in block])
    uid, name = (" ".join(str(entry.get(key, "")).split()) for key in ("UID", "SUMMARY"))
    if not uid or len(uid) > LONGEST_UID:
        raise EntryError("uid")
    if not name:
        raise EntryError("name")
    if "RECURRENCE-ID" in entry:
        raise EntryError("single")
    begin, its_zone = _start(entry, zone)
    rule = _rule(entry)
    first_wall = wall_of(begin)
    _check_times(rule, first_wall, its_zone, now)
    return Found(
        line=number, uid=uid, name=name[:LONGEST_NAME], first_wall=first_wall, rule=rule,
        place=" ".join(str(entry.get("LOCATION", "")).split())[:LONGEST_PLACE],
        zone=its_zone.key, minutes=_minutes(entry), excluded=_excluded(entry, its_zone),
    )  # fmt: skip


def _rule(entry: Entry) -> str | None:
    given = entry.get("RRULE")
    if given is None:
        return None
    if not isinstance(given, vRecur):
        raise EntryError("rule")
    written: bytes = given.to_ical()  # type: ignore[no-untyped-call]
    return written.decode()


def _parsed(lines: list[str]) -> Entry:
    whole = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    try:
        entries = [
            one for one in Calendar.from_ical(whole).walk("VEVENT") if isinstance(one, Entry)
        ]
    except (ValueError, KeyError, IndexError) as error:
        raise EntryError("line") from error
    if len(entries) != 1:
        raise EntryError("line")
    if entries[0].errors:
        raise EntryError("when")
    return entries[0]


def _start(entry: Entry, zone: ZoneInfo) -> tuple[datetime, ZoneInfo]:
    """The first date's wall time, and its zone; times in UTC are turned to ours."""
    given = getattr(entry.get("DTSTART"), "dt", None)
    if not isinstance(given, datetime):
        raise EntryError("all_day" if isinstance(given, date) else "when")
    name = entry["DTSTART"].params.get("TZID")
    if name:
        try:
            zone = ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise EntryError("zone") from error
        return given.replace(tzinfo=None), zone
    if given.tzinfo is not None:
        given = _in_zone(given, zone)
    return given.replace(tzinfo=None), zone


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError as error:  # before the first year or after the last
        raise EntryError("when") from error


def _check_times(rule: str | None, wall: str, zone: ZoneInfo, now: datetime) -> None:
    try:
        if rule:
            check(rule, wall)
        local = now.astimezone(zone).replace(tzinfo=None)
        if abs(local - local_of(wall)) > FARTHEST:
            raise EntryError("when")
        if not walls(rule, wall, local, max(local, local_of(wall)) + repeating.HORIZON):
            raise EntryError("past")
        instant_of(wall, zone)
    except RuleError as error:
        raise EntryError("rule") from error
    except (ValueError, OverflowError) as error:
        raise EntryError("when") from error


def _minutes(entry: Entry) -> int:
    try:
        length = entry.duration
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EntryError("length") from error
    minutes = length // timedelta(minutes=1)
    if not 0 < minutes <= dates.MOST_MINUTES:
        raise EntryError("length")
    return minutes


def _excluded(entry: Entry, zone: ZoneInfo) -> tuple[str, ...]:
    given = entry.get("EXDATE", [])
    rows = [one for each in (given if isinstance(given, list) else [given]) for one in each.dts]
    found = [one.dt for one in rows if isinstance(one.dt, datetime)]
    local = [_in_zone(at, zone) if at.tzinfo in (UTC,) else at for at in found]
    return tuple(wall_of(at) for at in local)
