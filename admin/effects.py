"""Who came and who did not, and whether reminders helped: counts by kind, no names."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, render_template, request

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from bot.calendar import after
from records.audit import note

bp = Blueprint("effects", __name__, url_prefix="/calendar/report")
DAYS = (28, 91, 365)
SAID = ("yes", "silent", "none", "no")


@bp.get("")
@may(Permission.SEE_CALENDAR)
def show() -> str:
    line, now = the_line(), the_line().now()
    asked = request.args.get("days", 0, type=int)
    days = asked if asked in DAYS else DAYS[1]
    with line.database.write() as session:
        note(session, now, viewer().actor, "read_effects")
        found = after.effects(session, now - timedelta(days=days), now)
    return render_template(
        "panel/effects.html", found=found, days=days, choices=DAYS, all_said=SAID
    )
