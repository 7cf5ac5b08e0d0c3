"""The calendar: a week of all dates, holidays, and what there is to come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.calendar import repeating
from bot.calendar.rule import instant
from bot.calendar.seats import capacity_of
from bot.line import Line
from records.audit import note
from records.models import Appointment, Event, Holiday, Occurrence, WaitingPlace
from records.models.bookings import BOOKED, HELD, OFFERED, WAITING

bp = Blueprint("calendar", __name__, url_prefix="/calendar")
WEEK = timedelta(days=7)
LONGEST_NAME = 60


@dataclass(frozen=True)
class Listed:
    """One date in the week. `seats` is None where they are not counted."""

    id: int
    begin: str
    end: str
    name: str
    kind: str
    state: str
    reason: str
    booked: int
    seats: int | None
    waiting: int


@dataclass(frozen=True)
class Day:
    """One day of the week; `holiday` is its name, or empty."""

    day: date
    holiday: str
    dates: list[Listed]


@bp.get("")
@may(Permission.SEE_CALENDAR)
def show() -> str:
    line = the_line()
    today = line.local(line.now()).date()
    monday = _monday(request.args.get("week"), today)
    with line.database.write() as session:
        note(session, line.now(), viewer().actor, "read_calendar")
    with line.database.read() as session:
        days = week_of(session, line, monday)
        events = session.scalars(
            select(Event).where(Event.ended_at.is_(None)).order_by(Event.name)
        ).all()
    return render_template(
        "panel/calendar.html", days=days, events=events, today=today, before=monday - WEEK,
        after=monday + WEEK, is_now=monday <= today < monday + WEEK,
    )  # fmt: skip


def week_of(session: Session, line: Line, monday: date) -> list[Day]:
    """Seven days with their dates, soonest first; those called off are among them."""
    begin, end = (_midnight(line, day) for day in (monday, monday + WEEK))
    found = session.execute(
        select(Occurrence, Event)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.starts_at >= begin, Occurrence.starts_at < end)
        .order_by(Occurrence.starts_at, Occurrence.id)
    ).all()
    ids = [row.id for row, _ in found]
    booked = _count(session, Appointment, (BOOKED, HELD), ids)
    waits = _count(session, WaitingPlace, (WAITING, OFFERED), ids)
    by_day: dict[date, list[Listed]] = {}
    for row, event in found:
        one = _listed(line, row, event, booked.get(row.id, 0), waits.get(row.id, 0))
        by_day.setdefault(line.local(row.starts_at).date(), []).append(one)
    days = [monday + timedelta(days=n) for n in range(7)]
    off = {
        row.day: row.name
        for row in session.scalars(
            select(Holiday).where(Holiday.day >= monday, Holiday.day <= days[-1])
        )
    }
    return [Day(day, off.get(day, ""), by_day.get(day, [])) for day in days]


def _listed(line: Line, row: Occurrence, event: Event, booked: int, waiting: int) -> Listed:
    return Listed(
        id=row.id,
        begin=f"{line.local(row.starts_at):%H:%M}",
        end=f"{line.local(row.ends_at):%H:%M}",
        name=event.name,
        kind=event.kind,
        state=row.state,
        reason=row.reason or "",
        booked=booked,
        seats=capacity_of(row, event),
        waiting=waiting,
    )


def _count(
    session: Session,
    model: type[Appointment] | type[WaitingPlace],
    states: Sequence[str],
    ids: Sequence[int],
) -> dict[int, int]:
    rows = session.execute(
        select(model.occurrence_id, func.count())
        .where(model.occurrence_id.in_(ids), model.state.in_(states))
        .group_by(model.occurrence_id)
    )
    return {occurrence_id: number for occurrence_id, number in rows}


def _monday(typed: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        day = today
    if not 2000 <= day.year <= 2200:
        day = today
    return day - timedelta(days=day.weekday())


def _midnight(line: Line, day: date) -> datetime:
    return instant(datetime.combine(day, time.min), line.config.zone)


@bp.get("/holidays")
@may(Permission.SEE_CALENDAR)
def holidays() -> str:
    return _holidays()


@bp.post("/holidays")
@may(Permission.EDIT_CALENDAR)
def set_holiday() -> Response | tuple[str, int]:
    """A day on which nothing takes place; who has a place then is told."""
    line, name = the_line(), " ".join(request.form.get("name", "").split())
    day = _typed_day()
    if day is None or not 0 < len(name) <= LONGEST_NAME:
        return _holidays("holiday"), 422
    with line.database.write() as session:
        gone = repeating.set_holiday(session, line, day, name, viewer().id, line.now())
    line.wake.now(is_urgent=False)
    flash(t("calendar.holiday_set", n=len(gone)))
    return redirect(url_for("panel.calendar.holidays"), 303)


@bp.post("/holidays/drop")
@may(Permission.EDIT_CALENDAR)
def drop_holiday() -> Response | tuple[str, int]:
    line, day = the_line(), _typed_day()
    if day is None:
        return _holidays("holiday"), 422
    with line.database.write() as session:
        repeating.drop_holiday(session, line, day, viewer().id, line.now())
    line.wake.now(is_urgent=False)
    flash(t("calendar.holiday_dropped"))
    return redirect(url_for("panel.calendar.holidays"), 303)


def _typed_day() -> date | None:
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        return None
    return day if day >= the_line().local(the_line().now()).date() and day.year <= 2200 else None


def _holidays(problem: str | None = None) -> str:
    line = the_line()
    today = line.local(line.now()).date()
    with line.database.read() as session:
        rows = session.scalars(
            select(Holiday).where(Holiday.day >= today).order_by(Holiday.day)
        ).all()
    return render_template("panel/holidays.html", rows=rows, problem=problem, today=today)
