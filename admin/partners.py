"""The organisations that clients are referred to: who to ask for, and when we last spoke."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.program import areas, partners
from records.audit import note
from records.ids import new_id
from records.models import Partner, Referral

bp = Blueprint("partners", __name__, url_prefix="/partners")
LENGTHS = {"name": 80, "contact_person": 80, "reach": 160}


@bp.get("")
@may(Permission.READ_CLIENTS)
def index() -> str:
    return _page()


@bp.post("")
@may(Permission.ANSWER_CLIENTS)
def add() -> Response | tuple[str, int]:
    given = _given()
    if given is None:
        return _page("referral.problem.partner"), 422
    line = the_line()
    with line.database.write() as session:
        row = Partner(id=new_id(), name=given["name"], area=given["area"], checked_at=line.now())
        partners.keep(line, row, given)
        session.add(row)
        session.flush()
        note(session, line.now(), viewer().actor, "partner_added", subject=f"partner:{row.id}")
    flash(t("partner.added"))
    return redirect(url_for("panel.partners.index"), 303)


@bp.post("/<public_id>")
@may(Permission.ANSWER_CLIENTS)
def change(public_id: str) -> Response | tuple[str, int]:
    """New particulars after somebody spoke with them, or the end of working together."""
    line, given = the_line(), _given()
    is_over = request.form.get("act") == "end"
    if given is None and not is_over:
        return _page("referral.problem.partner"), 422
    with line.database.write() as session:
        row = session.scalar(
            select(Partner).where(Partner.public_id == public_id).with_for_update()
        ) or abort(404)
        if is_over:
            row.ended_at = line.now()
        elif given is not None:
            row.name, row.area = given["name"], given["area"]
            partners.keep(line, row, given)
            row.checked_at, row.ended_at = line.now(), None
        act = "partner_ended" if is_over else "partner_changed"
        note(session, line.now(), viewer().actor, act, subject=f"partner:{row.id}")
    flash(t("plan.kept"))
    return redirect(url_for("panel.partners.index"), 303)


def _given() -> dict[str, str] | None:
    found = {name: " ".join(request.form.get(name, "").split()) for name in LENGTHS}
    area = request.form.get("area", "")
    if not found["name"] or area not in areas.AREAS:
        return None
    if any(len(found[name]) > longest for name, longest in LENGTHS.items()):
        return None
    return {**found, "area": area}


def _page(problem: str | None = None) -> str:
    with the_line().database.read() as session:
        rows = session.scalars(
            select(Partner).order_by(Partner.ended_at.is_not(None), Partner.name, Partner.id)
        ).all()
        counts: dict[int, int] = {
            partner_id: count
            for partner_id, count in session.execute(
                select(Referral.partner_id, func.count()).group_by(Referral.partner_id)
            )
        }
    known = {row.id: partners.read(the_line(), row) for row in rows}
    return render_template(
        "panel/partners.html",
        rows=rows,
        known=known,
        counts=counts,
        areas=areas.AREAS,
        problem=problem,
    )
