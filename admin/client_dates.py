"""The dates of one client: places, what they said, their reminders, and places given or taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may
from admin.conversations import note_reading
from admin.date_acts import give_place, take_place
from admin.dates import details_of, who
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.calendar import seats
from bot.line import Line
from records.models import Appointment, Contact, Event, Occurrence, Reminder, WaitingPlace

bp = Blueprint("client_dates", __name__, url_prefix="/clients")
#: A past date stays on the page so long.
BACK = timedelta(days=31)
AHEAD = timedelta(days=62)
MOST = 40


@dataclass(frozen=True)
class Shown:
    """One place of this client with its reminders, those to come and those settled."""

    id: int
    date_id: int
    starts_at: datetime
    name: str
    state: str
    rsvp: str
    attended: bool | None
    details: str
    is_open: bool
    reminders: list[Reminder]


@bp.get("/<public_id>/dates")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return _page(public_id)


@bp.post("/<public_id>/dates")
@may(Permission.ANSWER_CLIENTS)
def book(public_id: str) -> Response | tuple[str, int]:
    line = the_line()
    came, _ = give_place(line, request.form.get("date", 0, type=int), public_id)
    if came in ("full", "over"):
        return _page(public_id, came), 422
    line.wake.now(is_urgent=False)
    flash(t(f"date.{came}"))
    return redirect(url_for("panel.client_dates.show", public_id=public_id), 303)


@bp.post("/<public_id>/dates/give-up")
@may(Permission.ANSWER_CLIENTS)
def give_up(public_id: str) -> Response:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
    row_id = request.form.get("appointment", 0, type=int)
    take_place(line, row_id, lambda row: row.contact_id == contact.id)
    flash(t("date.given_up"))
    return redirect(url_for("panel.client_dates.show", public_id=public_id), 303)


def _page(public_id: str, problem: str | None = None) -> str:
    line, now = the_line(), the_line().now()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        shown = _shown(session, line, contact, now)
        waits = session.execute(
            select(WaitingPlace, Occurrence.starts_at, Event.name)
            .join(Occurrence, Occurrence.id == WaitingPlace.occurrence_id)
            .join(Event, Event.id == Occurrence.event_id)
            .where(WaitingPlace.contact_id == contact.id, WaitingPlace.state.in_(seats.OPEN))
            .order_by(Occurrence.starts_at, WaitingPlace.id)
        ).all()
        taken = {one.date_id for one in shown if one.state in seats.LIVE}
        coming = [one for one in _coming(session, now) if one[0].id not in taken]
        name = who(session, line, contact)
    note_reading(contact, "read_client_dates")
    return render_template(
        "panel/client_dates.html", contact=contact, who=name, dates=shown, waits=waits,
        coming=coming, problem=problem,
    )  # fmt: skip


def _coming(session: Session, now: datetime) -> list[tuple[Occurrence, Event, int | None]]:
    """Dates to come to, each with its free seats; None: no limit."""
    found = session.execute(
        select(Occurrence, Event)
        .join(Event, Event.id == Occurrence.event_id)
        .where(
            Occurrence.state == "planned",
            Occurrence.starts_at > now,
            Occurrence.starts_at < now + AHEAD,
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(MOST)
    )
    return [
        (row, event, seats.free_seats(session, row.id, seats.capacity_of(row, event)))
        for row, event in found
    ]


def _shown(session: Session, line: Line, contact: Contact, now: datetime) -> list[Shown]:
    """Places at coming dates and at those of the last month, soonest first."""
    rows = session.execute(
        select(Appointment, Occurrence, Event.name)
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Appointment.contact_id == contact.id, Occurrence.starts_at > now - BACK)
        .order_by(Occurrence.starts_at, Appointment.id)
        .limit(MOST)
    ).all()
    reminders: dict[int, list[Reminder]] = {}
    for one in session.scalars(
        select(Reminder)
        .where(Reminder.appointment_id.in_([row.id for row, _, _ in rows]))
        .order_by(Reminder.due_at, Reminder.id)
    ):
        reminders.setdefault(one.appointment_id, []).append(one)
    return [
        Shown(
            row.id, date.id, date.starts_at, name, row.state, row.rsvp or "", row.attended,
            details_of(line, contact, row),
            seats.is_open(date, now) and row.state in seats.LIVE, reminders.get(row.id, []),
        )
        for row, date, name in rows
    ]  # fmt: skip
