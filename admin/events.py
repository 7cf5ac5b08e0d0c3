"""What there is to come to: its kind, hours, seats and flags, made and changed by workers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.calendar import dates, repeating
from bot.calendar.dates import Terms
from bot.calendar.kinds import KINDS, plan_of
from bot.calendar.rule import WALL, local_of
from records.models import Event, Facilitator, Occurrence, Staff

bp = Blueprint("events", __name__, url_prefix="/calendar/events")
EVERY = ("once", "weekly", "biweekly", "monthly")
#: Times before the start that a reminder may be given, in minutes.
PLANS = ("", "2880,180", "1440,180", "10080,1440", "1440", "180")
FLAGS = ("has_food", "has_ride", "has_child_care", "is_walk_in", "is_offered", "on_holidays")
WORKERS = ("caseworker", "supervisor")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_SHOWN = 12


@dataclass(frozen=True)
class Typed:
    """What a form says: terms, and the name of what is wrong with them."""

    terms: Terms
    problem: str | None


@bp.get("/new")
@may(Permission.EDIT_CALENDAR)
def new() -> str:
    return _page(None)


@bp.post("/new")
@may(Permission.EDIT_CALENDAR)
def add() -> Response | tuple[str, int]:
    line, typed = the_line(), _typed(None)
    if typed.problem is not None:
        return _page(None, typed.problem), 422
    with line.database.write() as session:
        event = dates.add_event(session, typed.terms, viewer().id, line.now())
    flash(t("event.added"))
    return redirect(url_for("panel.events.show", event_id=event.id), 303)


@bp.get("/<int:event_id>")
@may(Permission.SEE_CALENDAR)
def show(event_id: int) -> str:
    return _page(_found(event_id))


@bp.post("/<int:event_id>")
@may(Permission.EDIT_CALENDAR)
def change(event_id: int) -> Response | tuple[str, int]:
    line, event = the_line(), _found(event_id)
    typed = _typed(event)
    if typed.problem is not None:
        return _page(event, typed.problem), 422
    with line.database.write() as session:
        dates.edit_event(session, line, event_id, typed.terms, viewer().id, line.now())
    line.wake.now(is_urgent=False)
    flash(t("event.changed"))
    return redirect(url_for("panel.events.show", event_id=event_id), 303)


@bp.post("/<int:event_id>/date")
@may(Permission.EDIT_CALENDAR)
def add_date(event_id: int) -> Response | tuple[str, int]:
    """One more date."""
    line, event = the_line(), _found(event_id)
    wall = request.form.get("when", "")[:16]
    try:
        with line.database.write() as session:
            dates.add_date(session, event_id, wall, viewer().id, line.now())
    except ValueError:
        return _page(event, "when"), 422
    flash(t("event.date_added"))
    return redirect(url_for("panel.events.show", event_id=event_id), 303)


@bp.post("/<int:event_id>/end")
@may(Permission.EDIT_CALENDAR)
def end(event_id: int) -> Response | tuple[str, int]:
    """The series ends before a day: whoever has a place at a later date is told."""
    line, event = the_line(), _found(event_id)
    try:
        day = date.fromisoformat(request.form.get("from", ""))
    except ValueError:
        return _page(event, "when"), 422
    with line.database.write() as session:
        repeating.end_series(
            session, line, event_id, f"{day}T00:00", "other", viewer().id, line.now()
        )
    line.wake.now(is_urgent=False)
    flash(t("event.ends"))
    return redirect(url_for("panel.events.show", event_id=event_id), 303)


def rule_of(every: str, first_wall: str, until: str) -> str | None:
    """The rule behind a plain choice; None for once. Raises ValueError.

    Monthly keeps the weekday: the first Wednesday stays the first; a fifth is the last.
    """
    first = local_of(first_wall)
    if every not in EVERY:
        raise ValueError("not one of the choices")
    if every == "once":
        return None
    nth = -1 if first.day > 28 else (first.day + 6) // 7
    rule = {
        "weekly": "FREQ=WEEKLY",
        "biweekly": "FREQ=WEEKLY;INTERVAL=2",
        "monthly": f"FREQ=MONTHLY;BYDAY={nth}{_DAYS[first.weekday()]}",
    }[every]
    return f"{rule};UNTIL={date.fromisoformat(until):%Y%m%d}T235959" if until else rule


def said(event: Event) -> str:
    """How often an event takes place, as the panel's text names it."""
    rule = event.rule or ""
    if not rule:
        return "once"
    if "MONTHLY" in rule:
        return "monthly"
    if "INTERVAL=2" in rule:
        return "biweekly"
    return "weekly" if "WEEKLY" in rule else "other"


def _found(event_id: int) -> Event:
    with the_line().database.read() as session:
        return session.get(Event, event_id) or abort(404)


def _typed(event: Event | None) -> Typed:
    """The form as terms. When an event takes place is not changed here."""
    form, line = request.form, the_line()
    wall = (event.first_wall or "") if event else form.get("when", "")[:16]
    problem = None
    try:
        rule = event.rule if event else rule_of(form.get("every", ""), wall, form.get("until", ""))
    except ValueError:
        rule, problem = None, "when"
    seats = form.get("capacity", "").strip()
    terms = Terms(
        kind=form.get("kind", ""),
        name=" ".join(form.get("name", "").split()),
        first_wall=wall or "2000-01-01T00:00",
        rule=rule,
        place=" ".join(form.get("place", "").split()),
        minutes=form.get("minutes", 0, type=int),
        capacity=int(seats) if seats.isdecimal() and len(seats) < 5 else None if not seats else 0,
        reminder_plan=form.get("plan", ""),
        zone=event.zone if event else line.config.zone.key,
        facilitators=_facilitators(),
        **{name: name in form for name in FLAGS},
    )
    if event is None and not wall:
        problem = "when"
    return Typed(terms, problem or terms.problem())


def _facilitators() -> tuple[int, ...]:
    known = {one for one, _ in _workers()}
    given = request.form.getlist("facilitators", type=int)
    return tuple(one for one in dict.fromkeys(given) if one in known)


def _workers() -> list[tuple[int, str]]:
    line = the_line()
    with line.database.read() as session:
        ids = session.scalars(
            select(Staff.id).where(Staff.is_active, Staff.role.in_(WORKERS)).order_by(Staff.id)
        ).all()
        names = names_of(session, line, set(ids))
    return [(one, names[one]) for one in ids]


def _ticked(event: Event | None) -> set[str]:
    """What is ticked: as was typed, as it is, or as usual for a new one."""
    if request.form:
        return set(request.form)
    if event is None:
        return {"is_walk_in", "is_offered"}
    return {name for name in FLAGS if getattr(event, name)}


def _page(event: Event | None, problem: str | None = None) -> str:
    line = the_line()
    leaders: set[int] = set()
    coming: list[Occurrence] = []
    if event is not None:
        with line.database.read() as session:
            leaders = set(
                session.scalars(
                    select(Facilitator.staff_id).where(Facilitator.event_id == event.id)
                )
            )
            coming = list(
                session.scalars(
                    select(Occurrence)
                    .where(Occurrence.event_id == event.id, Occurrence.starts_at > line.now())
                    .order_by(Occurrence.starts_at, Occurrence.id)
                    .limit(_SHOWN)
                )
            )
    tomorrow = line.local(line.now()) + timedelta(days=1)
    return render_template(
        "panel/event.html", event=event, problem=problem, kinds=KINDS, every=EVERY, plans=PLANS,
        flags=FLAGS,
        ticked=_ticked(event), workers=_workers(), leaders=leaders, coming=coming,
        given=request.form,
        today=line.local(line.now()).date(), said=said(event) if event else "",
        usual=tomorrow.replace(hour=18, minute=0).strftime(WALL),
        plan=plan_of(event.kind, event.reminder_plan) if event else (),
    )  # fmt: skip
