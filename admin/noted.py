"""What a worker notes of a client for the reports: a code for how things are, and what changed."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.people import locked
from bot.program import asking
from bot.program.areas import MILESTONES, THEMES
from records.audit import note
from records.models import Milestone, Theme

bp = Blueprint("noted", __name__, url_prefix="/conversations")


@bp.post("/<public_id>/noted")
@may(Permission.ANSWER_CLIENTS)
def keep(public_id: str) -> Response:
    """One theme or one milestone, a code from a fixed list; never words."""
    line, what, code = the_line(), request.form.get("what", ""), request.form.get("code", "")
    with line.database.write() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        if what == "theme" and code in THEMES:
            session.add(
                Theme(contact_id=contact.id, code=code, noted_by=viewer().id, noted_at=line.now())
            )
        elif what == "milestone" and code in MILESTONES:
            source = "client" if request.form.get("source") == "client" else "worker"
            session.add(
                Milestone(
                    contact_id=contact.id, kind=code, on=_day(), source=source,
                    noted_by=viewer().id, noted_at=line.now(),
                )
            )  # fmt: skip
        else:
            abort(422)
        note(session, line.now(), viewer().actor, f"noted_{what}", contact_id=contact.id)
    flash(t("plan.kept"))
    return redirect(url_for("panel.plan.show", public_id=public_id), 303)


@bp.post("/<public_id>/helped")
@may(Permission.ANSWER_CLIENTS)
def ask_helped(public_id: str) -> Response:
    """Asks by text whether this helped; the line's usual rules on hours and consent hold."""
    line = the_line()
    with line.database.write() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        contact, now = locked(session, contact.id), line.now()
        reason = asking.put(
            session, line, contact, "helped", asking.helped_question(), now, now + asking.USEFUL
        )
        note(session, now, viewer().actor, "helped_asked", contact_id=contact.id, detail=reason)
    line.wake.now()
    flash(t("plan.kept") if reason is None else t("plan.problem.not_sent"))
    return redirect(url_for("panel.plan.show", public_id=public_id), 303)


def _day() -> date:
    line = the_line()
    today = line.local(line.now()).date()
    try:
        given = date.fromisoformat(request.form.get("on", ""))
    except ValueError:
        return today
    return given if given <= today else today
