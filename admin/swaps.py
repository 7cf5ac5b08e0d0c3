"""Swaps between workers: asked, then accepted; until then the first one stays on call."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from admin import rota
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.show_times import instant
from admin.strings import t
from bot.escalation import swapping
from bot.escalation.planning import Edit, PlanError
from records.models import Swap

bp = Blueprint("swaps", __name__, url_prefix="/rota/swap")


@bp.post("")
@may(Permission.ANSWER_CLIENTS)
def ask() -> Response | tuple[str, int]:
    line, edit = the_line(), Edit(viewer().id, the_line().now())
    begin, end = (instant(line, request.form.get(name)) for name in ("begin", "end"))
    if begin is None or end is None:
        return rota.page("dates"), 422
    row = Swap(
        slot=request.form.get("slot", ""),
        from_staff_id=viewer().id,
        to_staff_id=request.form.get("who", 0, type=int),
        starts_at=begin,
        ends_at=end,
    )
    try:
        with line.database.write() as session:
            swapping.ask(session, line, row, edit)
    except PlanError as error:
        return rota.page(str(error.args[0])), 422
    line.wake.now()
    flash(t("rota.swap_asked"))
    return redirect(url_for("panel.rota.show"), 303)


@bp.post("/<int:swap_id>/<any(accept, decline, withdraw):answer>")
@may(Permission.ANSWER_CLIENTS)
def settle(swap_id: int, answer: str) -> Response:
    """Only who was asked may accept or decline; only who asked may take it back."""
    line, edit = the_line(), Edit(viewer().id, the_line().now())
    with line.database.write() as session:
        row = swapping.waiting(session, swap_id, edit.now) or abort(404)
        if viewer().id != (row.from_staff_id if answer == "withdraw" else row.to_staff_id):
            abort(404)
        (swapping.accept if answer == "accept" else swapping.decline)(session, line, row, edit)
    line.wake.now()
    flash(t(f"rota.swap_{answer}"))
    return redirect(url_for("panel.rota.show"), 303)
