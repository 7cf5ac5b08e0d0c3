"""Changes to the rota, made by a supervisor; a gap that one makes is said at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import rota
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line, when
from admin.show_times import instant
from admin.strings import t
from bot.escalation import planning
from bot.escalation.planning import Edit, PlanError
from bot.line import Line
from records.models import Override, Rotation, Shift

bp = Blueprint("rota_edits", __name__, url_prefix="/rota")
DAY = timedelta(days=1)
Answer = Response | tuple[str, int]


@bp.post("/shift")
@may(Permission.EDIT_ROTA)
def shift() -> Answer:
    line = the_line()
    row = Shift(
        slot=request.form.get("slot", ""),
        staff_id=request.form.get("who", 0, type=int),
        weekdays="".join(sorted(set(request.form.getlist("days")))),
        starts=_minutes("starts"),
        ends=_minutes("ends"),
        from_on=_day("from_on") or line.local(line.now()).date(),
        until_on=_day("until_on"),
    )
    return _change(lambda session, edit: planning.add_shift(session, line, row, edit))


@bp.post("/turns")
@may(Permission.EDIT_ROTA)
def turns() -> Answer:
    line = the_line()
    row = Rotation(
        slot=request.form.get("slot", ""),
        handoff=_minutes("handoff"),
        every_days=request.form.get("every_days", 0, type=int),
        starts_on=_day("starts_on") or line.local(line.now()).date(),
    )
    given = [request.form.get(f"member_{n}", 0, type=int) for n in range(1, 9)]
    members = [one for one in given if one]
    return _change(lambda session, edit: planning.add_rotation(session, line, row, members, edit))


@bp.post("/override")
@may(Permission.EDIT_ROTA)
def override() -> Answer:
    line = the_line()
    begin, end = (instant(line, request.form.get(name)) for name in ("begin", "end"))
    if begin is None or end is None:
        return rota.page("dates"), 422
    row = Override(
        slot=request.form.get("slot", ""),
        staff_id=request.form.get("who", 0, type=int),
        starts_at=begin,
        ends_at=end,
        reason=request.form.get("reason", ""),
    )
    return _change(lambda session, edit: planning.add_override(session, line, row, edit))


@bp.post("/shift/<int:row_id>/end")
@may(Permission.EDIT_ROTA)
def end_shift(row_id: int) -> Answer:
    last = _last_day()

    def end(session: Session, edit: Edit) -> None:
        row = session.get(Shift, row_id) or abort(404)
        planning.end_shift(session, row, last, edit)

    return _change(end)


@bp.post("/turns/<int:row_id>/end")
@may(Permission.EDIT_ROTA)
def end_turns(row_id: int) -> Answer:
    last = _last_day()

    def end(session: Session, edit: Edit) -> None:
        row = session.get(Rotation, row_id) or abort(404)
        planning.end_rotation(session, row, last, edit)

    return _change(end)


@bp.post("/override/<int:row_id>/withdraw")
@may(Permission.EDIT_ROTA)
def withdraw(row_id: int) -> Answer:
    def end(session: Session, edit: Edit) -> None:
        row = session.get(Override, row_id)
        if row is None or row.withdrawn_at is not None:
            abort(404)
        planning.withdraw_override(session, row, edit)

    return _change(end)


def _change(act: Callable[[Session, Edit], None]) -> Answer:
    """Carries one change out and says which gaps of the next fortnight it made."""
    line, edit = the_line(), Edit(viewer().id, the_line().now())
    try:
        with line.database.write() as session:
            before = planning.ahead(session, line, edit.now)
            act(session, edit)
            new = planning.made(before, planning.ahead(session, line, edit.now))
    except PlanError as error:
        return rota.page(str(error.args[0])), 422
    flash(t("rota.saved"))
    if new:
        flash(_warning(line, new), "problem")
    line.wake.now(is_urgent=False)
    return redirect(url_for("panel.rota.show"), 303)


def _warning(line: Line, new: list[planning.Gap]) -> str:
    first = t("rota.gap", begin=when(new[0][0]), end=when(new[0][1]))
    return f"{t('rota.gap_made', n=len(new))} {first}"


def _minutes(field: str) -> int:
    hours, _, minutes = request.form.get(field, "").partition(":")
    if hours.isdecimal() and minutes[:2].isdecimal() and int(hours) < 24 and int(minutes[:2]) < 60:
        return int(hours) * 60 + int(minutes[:2])
    return -1


def _day(field: str) -> date | None:
    try:
        day = date.fromisoformat(request.form.get(field, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _last_day() -> date:
    line = the_line()
    return _day("last_on") or line.local(line.now()).date() - DAY
