"""Puts dates into the calendar, moves and cancels them, and tells whoever said yes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import seats
from bot.calendar.kinds import KINDS, read_plan
from bot.calendar.repeating import make_dates
from bot.calendar.rule import check, instant_of, local_of
from bot.line import Line
from bot.reminders import changes, replanning
from records.audit import note
from records.ids import new_id
from records.models import Event, Facilitator, Occurrence

REASONS = ("weather", "staff", "holiday", "place", "other")
LONGEST_NAME, LONGEST_PLACE = 80, 160
MOST_MINUTES, MOST_SEATS = 24 * 60, 500


@dataclass(frozen=True)
class Terms:
    """What an event is; fields as in records.models.Event. `first_wall` is its first date
    ("2026-12-02T18:00"); without `rule` that is its only one until others are added."""

    kind: str
    name: str
    first_wall: str
    rule: str | None = None
    place: str = ""
    minutes: int = 120
    capacity: int | None = None
    reminder_plan: str = ""
    has_food: bool = False
    has_ride: bool = False
    has_child_care: bool = False
    is_walk_in: bool = True
    is_offered: bool = True
    on_holidays: bool = False
    zone: str = "America/Toronto"
    facilitators: tuple[int, ...] = ()

    def problem(self) -> str | None:
        """What is wrong, by name: kind, name, place, minutes, capacity, when, rule, plan, zone."""
        if self.kind not in KINDS:
            return "kind"
        if not 0 < len(self.name.strip()) <= LONGEST_NAME:
            return "name"
        if len(self.place) > LONGEST_PLACE:
            return "place"
        if not 0 < self.minutes <= MOST_MINUTES:
            return "minutes"
        if self.capacity is not None and not 0 < self.capacity <= MOST_SEATS:
            return "capacity"
        return self._unreadable()

    def _unreadable(self) -> str | None:
        tries = (
            ("when", lambda: local_of(self.first_wall)),
            ("zone", lambda: ZoneInfo(self.zone)),
            ("rule", lambda: check(self.rule, self.first_wall) if self.rule else None),
            ("plan", lambda: read_plan(self.reminder_plan) if self.reminder_plan else None),
        )
        for name, look in tries:
            try:
                look()
            except (ValueError, ZoneInfoNotFoundError):
                return name
        return None


def add_event(session: Session, terms: Terms, by: int, now: datetime) -> Event:
    """A new event with its dates as far ahead as dates are made. Raises ValueError."""
    _check(terms)
    event = Event(id=new_id(), created_at=now, name="", kind=terms.kind, zone=terms.zone)
    _set(event, terms)
    event.rule, event.first_wall = terms.rule, terms.first_wall
    session.add(event)
    session.flush()
    for staff_id in terms.facilitators:
        session.add(Facilitator(event_id=event.id, staff_id=staff_id))
    if terms.rule is None:
        session.add(_row(event, terms.first_wall))
    make_dates(session, event, now)
    session.flush()
    _note(session, now, by, "event_added", f"event:{event.id}", terms.kind)
    return event


def edit_event(
    session: Session, line: Line, event_id: int, terms: Terms, by: int, now: datetime
) -> Event:
    """Changes what is not time: name, place, seats, flags, plan of reminders, facilitators.

    When it takes place is changed by `move`, `repeating.move_series` and their kin. A new plan
    of reminders holds for all coming dates, at once and without news to anyone.
    """
    _check(terms)
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update()).one()
    had = (event.kind, event.reminder_plan)
    _set(event, terms)
    for row in session.scalars(select(Facilitator).where(Facilitator.event_id == event_id)):
        session.delete(row)
    session.flush()
    for staff_id in terms.facilitators:
        session.add(Facilitator(event_id=event.id, staff_id=staff_id))
    for occurrence in coming(session, event_id, now):
        if had != (event.kind, event.reminder_plan):
            replanning.follow_plan(session, line, occurrence, event, now)
        seats.number(session, occurrence, event)
        seats.free_for_the_next(session, occurrence, now)
    _note(session, now, by, "event_changed", f"event:{event_id}")
    return event


def add_date(
    session: Session, event_id: int, wall: str, by: int, now: datetime,
    capacity: int | None = None,
) -> Occurrence:  # fmt: skip
    """One more date of an event. Raises ValueError for a wall time that is none or is there."""
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update()).one()
    local_of(wall)
    known = select(Occurrence.id).where(Occurrence.event_id == event_id, Occurrence.wall == wall)
    if session.scalar(known) is not None:
        raise ValueError("this date is in the calendar already")
    row = _row(event, wall)
    row.capacity = capacity
    session.add(row)
    session.flush()
    _note(session, now, by, "date_added", f"occurrence:{row.id}")
    return row


def move(
    session: Session, line: Line, occurrence_id: int, to_wall: str, by: int, now: datetime,
    *, minutes: int | None = None,
) -> Occurrence:  # fmt: skip
    """Moves one date to another wall time; whoever has a seat is told once and asked anew.

    Raises ValueError for a time that is none or past, and for a date that is over or off.
    """
    occurrence, event = _open(session, occurrence_id, now)
    starts = instant_of(to_wall, ZoneInfo(event.zone))
    if starts <= now:
        raise ValueError("a date cannot be moved into the past")
    length = timedelta(minutes=minutes) if minutes else occurrence.ends_at - occurrence.starts_at
    if (starts, starts + length) != (occurrence.starts_at, occurrence.ends_at):
        occurrence.starts_at, occurrence.ends_at = starts, starts + length
        occurrence.reason = None
        changes.changed(session, line, occurrence, event, now)
        seats.free_for_the_next(session, occurrence, now)
        _note(session, now, by, "date_moved", f"occurrence:{occurrence_id}")
    return occurrence


def cancel(
    session: Session, line: Line, occurrence_id: int, reason: str, by: int, now: datetime
) -> Occurrence:
    """Calls one date off; whoever has a seat is told once. Raises ValueError as `move` does."""
    if reason not in REASONS:
        raise ValueError(f"a date is not cancelled for '{reason}'")
    occurrence, event = _open(session, occurrence_id, now)
    occurrence.state, occurrence.reason = "cancelled", reason
    changes.changed(session, line, occurrence, event, now)
    _note(session, now, by, "date_cancelled", f"occurrence:{occurrence_id}", reason)
    return occurrence


def set_capacity(
    session: Session, occurrence_id: int, capacity: int | None, by: int, now: datetime
) -> Occurrence:
    """Seats of one date; None for the event's own number. Nobody loses a seat by it."""
    occurrence, event = _open(session, occurrence_id, now)
    if capacity is not None and not 0 < capacity <= MOST_SEATS:
        raise ValueError(f"seats are 1 to {MOST_SEATS}")
    occurrence.capacity = capacity
    seats.number(session, occurrence, event)
    seats.free_for_the_next(session, occurrence, now)
    _note(session, now, by, "date_changed", f"occurrence:{occurrence_id}")
    return occurrence


def coming(session: Session, event_id: int, now: datetime) -> list[Occurrence]:
    """The planned dates of an event that have not begun, soonest first, held."""
    found = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.event_id == event_id,
            Occurrence.state == "planned",
            Occurrence.starts_at > now,
        )
        .order_by(Occurrence.id)  # held in this order by all (see `seats.held`)
        .with_for_update()
    )
    return sorted(found, key=lambda row: (row.starts_at, row.id))


def _open(session: Session, occurrence_id: int, now: datetime) -> tuple[Occurrence, Event]:
    found = seats.held(session, occurrence_id)
    if found is None or not seats.is_open(found[0], now):
        raise ValueError("this date has begun or was called off")
    return found


def _check(terms: Terms) -> None:
    problem = terms.problem()
    if problem is not None:
        raise ValueError(f"the event's '{problem}' cannot be")


def _set(event: Event, terms: Terms) -> None:
    for name in (
        *("kind", "place", "minutes", "capacity", "reminder_plan", "has_food", "has_ride"),
        *("has_child_care", "is_walk_in", "is_offered", "on_holidays"),
    ):
        setattr(event, name, getattr(terms, name))
    event.name = terms.name.strip()


def _row(event: Event, wall: str) -> Occurrence:
    starts = instant_of(wall, ZoneInfo(event.zone))
    ends = starts + timedelta(minutes=event.minutes)
    return Occurrence(
        id=new_id(), event_id=event.id, wall=wall, starts_at=starts, ends_at=ends, state="planned",
        revision=0,
    )  # fmt: skip


def _note(
    session: Session, now: datetime, by: int, act: str, subject: str, detail: str | None = None
) -> None:
    note(session, now, f"staff:{by}", act, subject=subject, detail=detail)
