"""For supervisors: who is on call, how soon items are taken, who has how much, and drills."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin import figures
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.escalation import drill, roster

bp = Blueprint("supervision", __name__, url_prefix="/supervision")


@bp.get("")
@may(Permission.SUPERVISE)
def show() -> str:
    line, now = the_line(), the_line().now()
    with line.database.read() as session:
        holders, _ = roster.now_on_call(session, line, now)
        slots = {
            "first": holders.first,
            "second": holders.second,
            "supervisor": holders.supervisor,
        }
        names = names_of(session, line, {staff for staff in slots.values() if staff})
        context = {
            "takings": figures.takings(session, now),
            "loads": figures.loads(session, line),
            "nobodys": figures.nobodys(session),
            "drills": figures.drills(session, line),
            "running": drill.open_one(session) is not None,
        }
    return render_template(
        "panel/supervision.html",
        slots={slot: names.get(staff or 0) for slot, staff in slots.items()},
        cap=line.config.load_cap,
        drill=line.config.drill,
        weeks=figures.BACK.days // 7,
        **context,
    )


@bp.post("/drill")
@may(Permission.SUPERVISE)
def begin() -> Response:
    """A page about nobody, now: the same ladder, marked as a drill to workers only."""
    line = the_line()
    with line.database.write() as session:
        begun = drill.begin(session, line, viewer().actor, line.now())
    line.wake.now()
    flash(t("drill.begun" if begun else "drill.not_now"))
    return redirect(url_for("panel.supervision.show"), 303)
