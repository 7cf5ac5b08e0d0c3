"""Who is on call at this moment."""

from __future__ import annotations

from flask import Blueprint, render_template

from admin import handover, urgent
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from bot.escalation import roster

bp = Blueprint("on_call", __name__, url_prefix="/on-call")


@bp.get("")
@may(Permission.SEE_ROTA)
def show() -> str:
    line = the_line()
    with line.database.read() as session:
        holders, is_entered = roster.now_on_call(session, line, line.now())
        slots = {
            "first": holders.first,
            "second": holders.second,
            "supervisor": holders.supervisor,
        }
        names = names_of(session, line, {staff for staff in slots.values() if staff})
        helpers = handover.helpers(session, line, viewer(), line.now())
        open_urgents = len(urgent.listed(session, line, viewer())) if helpers else 0
    return render_template(
        "panel/on_call.html",
        slots={slot: names.get(staff or 0) for slot, staff in slots.items()},
        is_entered=is_entered,
        own=[slot for slot, staff in slots.items() if staff == viewer().id],
        helpers=helpers,
        all_hours=handover.HOURS,
        open_urgents=open_urgents,
        now=line.now(),
    )
