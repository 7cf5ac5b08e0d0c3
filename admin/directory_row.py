"""One service: a worker phones it and keeps what they heard; a new number is looked at twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin.access import may, names_of, viewer
from admin.directory import category, state_of
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import directory_calls, directory_file
from bot.directory_calls import FIELDS, GONE, NO_ANSWER, Call, CallError, Changes
from bot.line import Line
from records.audit import note
from records.errors import MendableError
from records.keystore import SYSTEM
from records.models import Resource, ResourceCheck

bp = Blueprint("directory_row", __name__, url_prefix="/directory")
SHOWN = 30


@dataclass(frozen=True)
class Told:
    """One line of a row's history."""

    outcome: str
    state: str
    called_on: date
    by: str
    looked_by: str
    looked_at: datetime | None
    spoke_with: str
    changes: Changes


@bp.get("/<slug>")
@may(Permission.READ_DIRECTORY)
def show(slug: str) -> str:
    return _page(slug)


@bp.get("/resources.toml")
@may(Permission.CONFIRM_DIRECTORY)
def export() -> Response:
    """The directory as it stands, in the form of the reviewed data file."""
    line = the_line()
    with line.database.write() as session:
        note(session, line.now(), viewer().actor, "export_directory")
        content = directory_file.text_of(session)
    answer = Response(content, mimetype="application/toml")
    answer.headers["Content-Disposition"] = "attachment; filename=resources.toml"
    return answer


@bp.post("/<slug>/confirm")
@may(Permission.CONFIRM_DIRECTORY)
def confirm(slug: str) -> AnyResponse | tuple[str, int]:
    """Keeps one call: all as written, corrected, not answered, or gone."""
    line, form = the_line(), request.form
    outcome = form.get("outcome") if form.get("outcome") in (NO_ANSWER, GONE) else None
    if outcome is None and "called" not in form:
        return _page(slug, "tick_first"), 422
    call = Call(
        called_on=_day(line, form.get("called_on")),
        spoke_with=" ".join(form.get("spoke_with", "").split()),
        staff_id=viewer().id,
        now=line.now(),
        given={name: form[name] for name in FIELDS if name in form},
        outcome=outcome,
    )
    try:
        with line.database.write() as session:
            check = directory_calls.keep(session, line, _locked(session, slug), call)
            kept = check.state if check.state == directory_calls.WAITS else check.outcome
    except CallError as error:
        return _page(slug, str(error.args[0])), 422
    flash(t(f"directory.kept_{kept}"))
    return redirect(url_for("panel.directory_row.show", slug=slug), 303)


@bp.post("/<slug>/look")
@may(Permission.CONFIRM_DIRECTORY)
def look(slug: str) -> AnyResponse | tuple[str, int]:
    """The second look at a changed number: right, or not."""
    line, is_right = the_line(), request.form.get("answer") == "right"
    if request.form.get("answer") not in ("right", "wrong"):
        return _page(slug, "answer"), 422
    try:
        with line.database.write() as session:
            row = _locked(session, slug)
            check = directory_calls.waiting(session, slug) or abort(404)
            directory_calls.look(session, row, check, is_right, viewer().id, line.now())
    except CallError as error:
        return _page(slug, str(error.args[0])), 422
    flash(t("directory.kept_changed" if is_right else "directory.kept_refused"))
    return redirect(url_for("panel.directory_row.show", slug=slug), 303)


def _locked(session: Session, slug: str) -> Resource:
    row = session.scalar(select(Resource).where(Resource.slug == slug).with_for_update())
    return row or abort(404)


def _day(line: Line, typed: str | None) -> date:
    """The day that was typed; today when none was, and a day that never fits for nonsense."""
    if not typed:
        return line.local(line.now()).date()
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return date.min


def _page(slug: str, problem: str | None = None) -> str:
    line = the_line()
    today = line.local(line.now()).date()
    with line.database.read() as session:
        row = session.scalar(select(Resource).where(Resource.slug == slug)) or abort(404)
        checks = session.scalars(
            select(ResourceCheck)
            .where(ResourceCheck.slug == slug)
            .order_by(ResourceCheck.made_at.desc(), ResourceCheck.id.desc())
            .limit(SHOWN)
        ).all()
        waiting = directory_calls.waiting(session, slug)
        names = names_of(session, line, {n for c in checks for n in (c.made_by, c.looked_by) if n})
    may_confirm = viewer().may(Permission.CONFIRM_DIRECTORY)
    return render_template(
        "panel/directory_row.html",
        row=row,
        state=state_of(row, today, (slug,) if waiting else ()),
        waiting=waiting if may_confirm else None,
        is_mine=waiting is not None and waiting.made_by == viewer().id,
        changes=directory_calls.read_changes(waiting) if waiting else {},
        history=[_told(line, check, names) for check in checks] if may_confirm else [],
        fields=FIELDS,
        given=request.form,
        problem=problem,
        category=category,
        today=today,
    )


def _told(line: Line, check: ResourceCheck, names: dict[int, str]) -> Told:
    return Told(
        outcome=check.outcome,
        state=check.state,
        called_on=check.called_on,
        by=names.get(check.made_by, ""),
        looked_by=names.get(check.looked_by or 0, ""),
        looked_at=check.looked_at,
        spoke_with=_spoke_with(line, check),
        changes=directory_calls.read_changes(check),
    )


def _spoke_with(line: Line, check: ResourceCheck) -> str:
    if check.spoke_with_sealed is None:
        return ""
    try:
        place = f"resource_check.spoke_with:{check.id}"
        return line.vault.open(SYSTEM, place, check.spoke_with_sealed)
    except MendableError:
        return t("missing.broken")
