"""The queue: what waits for a person, the most serious first."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin import handover, item_acts, items, live, show_times, urgent
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from records.models import Occurrence

bp = Blueprint("queue", __name__, url_prefix="/queue")


@bp.get("")
@may(Permission.SEE_QUEUE)
def show() -> Response:
    line, now = the_line(), the_line().now()
    put_off = "later" in request.args
    with line.database.read() as session:
        alerts = urgent.listed(session, line, viewer())
        rows = items.listed(session, line, viewer(), now, put_off=put_off)
        total, later = items.count(session, viewer(), now)
        asked = handover.asked_of(session, line, viewer())
        helpers = handover.helpers(session, line, viewer(), now)
        coming = select(Occurrence.id).where(Occurrence.starts_at > now).limit(1)
        has_dates = session.scalar(coming) is not None
    tag = live.tag_of(alerts, rows, total, later, asked, has_dates)
    return live.unchanged(tag) or live.page(
        tag,
        "panel/queue.html",
        escalations=alerts,
        escalation_outcomes=urgent.OUTCOMES,
        items=rows,
        outcomes=item_acts.OUTCOMES,
        total=total,
        later=later,
        put_off=put_off,
        asked=asked,
        helpers=helpers,
        tomorrow=show_times.tomorrow(line, now),
        has_dates=has_dates,
    )


@bp.post("/<int:item_id>/snooze")
@may(Permission.WORK_QUEUE)
def snooze(item_id: int) -> AnyResponse:
    line, mark = the_line(), request.form.get("of")
    until = show_times.instant(line, request.form.get("until"))
    with line.database.write() as session:
        item = items.find(session, viewer(), item_id) or abort(404)
        problem = item_acts.snooze(session, viewer(), item, mark, until, line.now())
    flash(t(problem or "queue.put_off"))
    return redirect(url_for("panel.queue.show"), 303)


@bp.post("/<int:item_id>/take")
@may(Permission.WORK_QUEUE)
def take(item_id: int) -> AnyResponse:
    line, client = the_line(), None
    with line.database.write() as session:
        item = items.find(session, viewer(), item_id) or abort(404)
        if not item_acts.take(session, viewer(), item, line.now()):
            flash(t("queue.taken_by_another"))
        elif item.contact_id:
            client, _ = items.numbers(session, line, {item.contact_id})[item.contact_id]
    if client is not None:
        there = url_for("panel.conversations.show", public_id=client, _anchor="newest")
        return redirect(there, 303)
    return redirect(url_for("panel.queue.show"), 303)


@bp.post("/<int:item_id>/resolve")
@may(Permission.WORK_QUEUE)
def resolve(item_id: int) -> AnyResponse:
    line, outcome = the_line(), request.form.get("outcome", "")
    if outcome not in item_acts.OUTCOMES:
        abort(404)
    mark = request.form.get("of")
    with line.database.write() as session:
        item = items.find(session, viewer(), item_id) or abort(404)
        problem = item_acts.resolve(session, viewer(), item, mark, outcome, line.now())
    flash(t(problem or "queue.resolved"))
    return redirect(url_for("panel.queue.show"), 303)
