"""Brings in a calendar kept elsewhere: first what it would do, then what was chosen."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.calendar import bringing, reading
from bot.calendar.kinds import GROUP, KINDS
from bot.calendar.reading import Found, Problem
from records.audit import note

bp = Blueprint("calendar_import", __name__, url_prefix="/calendar/import")


@bp.get("")
@may(Permission.EDIT_CALENDAR)
def show() -> str:
    return _page()


@bp.post("/look")
@may(Permission.EDIT_CALENDAR)
def look() -> str | tuple[str, int]:
    """Shows what a file would do; nothing is kept yet."""
    line, given = the_line(), request.files.get("file")
    content = given.read(reading.LONGEST + 1) if given is not None else b""
    text = content.decode("utf-8-sig", errors="replace")
    try:
        found, problems = reading.read(text, line.config.zone, line.now())
    except ValueError:
        return _page(problem="file"), 422
    with line.database.read() as session:
        found = bringing.compare(session, found)
    return _page(found, problems, text)


@bp.post("")
@may(Permission.EDIT_CALENDAR)
def bring() -> Response | tuple[str, int]:
    """Brings what was chosen; the file is read again, nothing of the form is believed."""
    line, text = the_line(), request.form.get("text", "")
    kind, chosen = request.form.get("kind", ""), set(request.form.getlist("uid"))
    try:
        found, _ = reading.read(text, line.config.zone, line.now())
    except ValueError:
        return _page(problem="file"), 422
    if kind not in KINDS:
        return _page(problem="kind"), 422
    done: list[str] = []
    with line.database.write() as session:
        for one in found:
            if one.uid in chosen:
                done.append(bringing.bring(session, line, one, kind, viewer().id, line.now()))
        note(
            session, line.now(), viewer().actor, "import_calendar",
            detail=f"new {done.count('new')} changed {done.count('changed')}",
        )  # fmt: skip
    line.wake.now(is_urgent=False)
    flash(t("bring.done", new=done.count("new"), changed=done.count("changed")))
    return redirect(url_for("panel.calendar.show"), 303)


def _page(
    found: list[Found] | None = None,
    problems: list[Problem] | None = None,
    text: str = "",
    problem: str | None = None,
) -> str:
    return render_template(
        "panel/calendar_import.html", found=found, problems=problems or [], text=text,
        problem=problem, kinds=KINDS, usual=GROUP,
    )  # fmt: skip
