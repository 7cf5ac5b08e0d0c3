"""When a client may be texted: the hours they called safe, or all but the line's quiet ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from bot.calendar.rule import instant
from bot.line import LineConfig
from records import rows
from records.models import SafeHours

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ALL_DAYS, MIDNIGHT = 127, 24 * 60
#: What is moved forward into an evening does not go later than this, in minutes of the day.
EVENING = 20 * 60 + 30
#: No stretch of allowed or unsafe hours that is asked about is longer: hours repeat weekly.
LOOK = 8


@dataclass(frozen=True)
class Window:
    """Allowed wall hours: `days` as in SafeHours, minutes of the day, until the next day when
    `until` is not after `begin`."""

    days: int
    begin: int
    until: int


@dataclass(frozen=True)
class Hours:
    """When one client may be texted, as wall time in `zone`. Without windows: never.

    `outside` is what the other hours are called: quiet (the line's) or unsafe (their own).
    """

    windows: tuple[Window, ...]
    zone: ZoneInfo
    outside: str = "unsafe"

    def allow(self, at: datetime) -> bool:
        """May they be texted at this instant?"""
        return any(begin <= at < end for begin, end in self._around(at))

    def next(self, at: datetime) -> datetime | None:
        """`at` itself when allowed, else the next beginning; None when there is none."""
        for begin, end in self._around(at):
            if at < end:
                return max(begin, at)
        return None

    def last_before(self, at: datetime) -> datetime | None:
        """The last allowed whole minute before `at`, in an evening 20:30 at the latest."""
        before = [(begin, end) for begin, end in self._around(at) if begin < at]
        if not before:
            return None
        begin, end = before[-1]
        last = min(end, at) - MINUTE
        evening = self._at(last.astimezone(self.zone).date(), EVENING)
        return evening if begin <= evening < last else max(last, begin)

    def _around(self, at: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches of allowed time about `at`, joined where they touch, in order."""
        joined: list[tuple[datetime, datetime]] = []
        for begin, end in sorted(self._stretches(at.astimezone(self.zone).date())):
            if joined and begin <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(joined[-1][1], end))
            else:
                joined.append((begin, end))
        return joined

    def _stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        for ahead in range(-LOOK, LOOK + 1):
            begins_on = day + ahead * DAY
            for window in self.windows:
                if window.days >> begins_on.weekday() & 1:
                    over = window.until <= window.begin
                    end = window.until + (MIDNIGHT if over else 0)
                    begin = self._at(begins_on, window.begin)
                    yield begin, max(begin, self._at(begins_on, end))

    def _at(self, day: date, minute: int) -> datetime:
        return instant(datetime.combine(day, time.min) + minute * MINUTE, self.zone)


def usual(config: LineConfig) -> Hours:
    """All hours but the line's quiet ones."""
    quiet_from, quiet_until = config.quiet_hours
    window = Window(ALL_DAYS, quiet_until % 24 * 60, quiet_from % 24 * 60)
    return Hours((window,), config.zone, "quiet")


def of(set_: Iterable[SafeHours] | Iterable[Row[Any]], config: LineConfig) -> Hours:
    """One client's own hours; the usual ones for whoever named none."""
    windows = tuple(Window(row.days, row.from_minute, row.until_minute) for row in set_)
    return Hours(windows, config.zone) if windows else usual(config)


def of_contact(session: Session, contact_id: int, config: LineConfig) -> Hours:
    """The hours of one client, read now."""
    return of(rows.look_for(session, _OF, contact_id, {}), config)


_OF = select(
    SafeHours.contact_id, SafeHours.days, SafeHours.from_minute, SafeHours.until_minute
).where(SafeHours.contact_id.in_(bindparam("contacts", expanding=True)))


def of_contacts(session: Session, ids: Collection[int], config: LineConfig) -> dict[int, Hours]:
    """The hours of those of these clients who have set some, by row id of the contact."""
    by_contact: dict[int, list[SafeHours]] = defaultdict(list)
    for row in session.scalars(select(SafeHours).where(SafeHours.contact_id.in_(ids))):
        by_contact[row.contact_id].append(row)
    return {contact: of(own, config) for contact, own in by_contact.items()}


def utc(local: datetime) -> datetime:
    """The instant of a wall time that knows its zone. Subtract instants, never wall times:
    two wall times of one zone differ by what their clocks show, an hour wrong twice a year."""
    return local.astimezone(UTC)
