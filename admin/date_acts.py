"""What a worker does to one date: moves it, calls it off, gives places, marks who came."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import dates, finding, threads
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import people
from bot.calendar import after, booking, calling_off, repeating, waiting
from bot.calendar import dates as engine
from bot.calendar.calling_off import TooLateError
from bot.line import Line
from records.audit import note
from records.models import Appointment, Contact, Occurrence

bp = Blueprint("date_acts", __name__, url_prefix="/calendar/dates")
Answer = Response | tuple[str, int] | str
_ATTENDED = {"came": True, "missed": False, "undo": None}


@bp.post("/<int:date_id>/move")
@may(Permission.EDIT_CALENDAR)
def move(date_id: int) -> Answer:
    """This date, or it and all later ones; whoever has a place is told once."""
    line, now = the_line(), the_line().now()
    wall = request.form.get("when", "")[:16]
    try:
        with line.database.write() as session:
            row = session.get(Occurrence, date_id) or abort(404)
            if request.form.get("scope") == "series":
                repeating.move_series(session, line, row.event_id, row.wall, wall, viewer().id, now)
            else:
                engine.move(session, line, date_id, wall, viewer().id, now)
    except ValueError:
        return dates.page(date_id, "when"), 422
    return _done(line, date_id, "moved")


@bp.post("/<int:date_id>/off")
@may(Permission.EDIT_CALENDAR)
def off(date_id: int) -> Answer:
    """The first tap says what it comes to; the second one, with `sure`, does it."""
    line, now = the_line(), the_line().now()
    reason = request.form.get("reason", "")
    if reason not in engine.REASONS:
        return dates.page(date_id, "reason"), 422
    try:
        with line.database.write() as session:
            if "sure" not in request.form:
                notice = calling_off.weigh(session, line, date_id, now)
            else:
                calling_off.call_off(
                    session, line, date_id, reason, viewer().id, now,
                    anyway="anyway" in request.form,
                )  # fmt: skip
    except TooLateError:
        return dates.page(date_id, "too_late"), 422
    except ValueError:
        return dates.page(date_id, "over"), 422
    if "sure" not in request.form:
        return dates.page(date_id, notice=notice, reason=reason)
    return _done(line, date_id, "off")


@bp.post("/<int:date_id>/seats")
@may(Permission.EDIT_CALENDAR)
def seats(date_id: int) -> Answer:
    """Seats of this one date; empty for the event's own number."""
    line, typed = the_line(), request.form.get("capacity", "").strip()
    try:
        with line.database.write() as session:
            number = int(typed) if typed else None
            engine.set_capacity(session, date_id, number, viewer().id, line.now())
    except ValueError:
        return dates.page(date_id, "capacity"), 422
    return _done(line, date_id, "seats")


@bp.post("/<int:date_id>/find")
@may(Permission.ANSWER_CLIENTS)
def find(date_id: int) -> Answer:
    """Clients by whole number or short name, to give a place; counted and audited as a search."""
    line, typed = the_line(), request.form.get("who", "").strip()[: finding.LONGEST]
    with line.database.write() as session:
        if not finding.may_search(session, line):
            return dates.page(date_id, "often"), 429
        how, found = finding.look_up(session, line, typed)
        note(
            session, line.now(), viewer().actor, "find_client", detail=f"{how}: {len(found or ())}"
        )
    if found is None:
        return dates.page(date_id, "short"), 422
    return dates.page(date_id, found=found)


@bp.post("/<int:date_id>/book")
@may(Permission.ANSWER_CLIENTS)
def book(date_id: int) -> Answer:
    """A place for a client, by the rules that hold for themselves; else a place on the list."""
    if not request.form.get("client"):
        return dates.page(date_id, "short"), 422
    came, _ = give_place(the_line(), date_id, request.form.get("client", ""))
    if came in ("full", "over"):
        return dates.page(date_id, came), 422
    return _done(the_line(), date_id, came)


def give_place(line: Line, date_id: int, public_id: str) -> tuple[str, Contact]:
    """booked, already, full, over, or waits when the form asks for the list."""
    now = line.now()
    with line.database.write() as session:
        contact = _client(session, public_id)
        date = session.get(Occurrence, date_id)
        if date is None:
            return "over", contact
        if "wait" in request.form:
            is_on = waiting.wait(session, contact, date_id, now)
            return ("waits" if is_on else "over"), contact
        if date.starts_at <= now:
            try:
                after.walked_in(session, contact, date_id, viewer().id, now)
            except ValueError:
                return "over", contact
            return "walked_in", contact
        result = booking.book(
            session, line, contact, date_id, now, how="staff", by=viewer().id,
            wants_ride="ride" in request.form,
        )  # fmt: skip
    return str(result.came), contact


@bp.post("/<int:date_id>/give-up")
@may(Permission.ANSWER_CLIENTS)
def give_up(date_id: int) -> Answer:
    line, row_id = the_line(), request.form.get("appointment", 0, type=int)
    take_place(line, row_id, lambda row: row.occurrence_id == date_id)
    return _done(line, date_id, "given_up")


def take_place(line: Line, row_id: int, is_meant: Callable[[Appointment], bool]) -> None:
    """Frees a place, for who waits longest. 404 unless it is the one that is meant."""
    with line.database.write() as session:
        row = session.get(Appointment, row_id)
        if row is None or not is_meant(row):
            abort(404)
        people.locked(session, row.contact_id)
        if booking.give_up(session, row.contact_id, row_id, line.now(), by=viewer().id) is None:
            abort(404)
    line.wake.now(is_urgent=False)


@bp.post("/<int:date_id>/came")
@may(Permission.ANSWER_CLIENTS)
def mark(date_id: int) -> Answer:
    """Came, did not come, or that the mark was a mistake."""
    line, row_id = the_line(), request.form.get("appointment", 0, type=int)
    answer = request.form.get("answer", "")
    if answer not in _ATTENDED:
        return dates.page(date_id, "answer"), 422
    with line.database.write() as session:
        row = session.get(Appointment, row_id)
        if row is None or row.occurrence_id != date_id:
            abort(404)
        try:
            after.mark(session, line, row_id, _ATTENDED[answer], viewer().id, line.now())
        except ValueError:
            abort(404)
    return _done(line, date_id, f"marked_{answer}")


def _client(session: Session, public_id: str) -> Contact:
    found, _ = threads.find(session, public_id) or abort(404)
    return people.locked(session, found.id)


def _done(line: Line, date_id: int, said: str) -> Response:
    line.wake.now(is_urgent=False)
    flash(t(f"date.{said}"))
    return redirect(url_for("panel.dates.show", date_id=date_id), 303)
