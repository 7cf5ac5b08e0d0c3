"""What a client needs, what was offered and taken, and each way opened to a partner."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, viewer
from admin.conversations import note_reading
from admin.items import mask_of
from admin.plan_view import Act
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot.line import Line
from bot.people import locked
from bot.program import areas, referrals
from bot.program.plans import PlanError
from records.errors import MendableError
from records.models import Contact, Partner, Referral, ServiceNeed

bp = Blueprint("referrals", __name__, url_prefix="/conversations")


@bp.get("/<public_id>/referrals")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return _page(public_id)


@bp.post("/<public_id>/referrals")
@may(Permission.ANSWER_CLIENTS)
def refer(public_id: str) -> Response | tuple[str, int]:
    line, words = the_line(), request.form.get("note", "").strip()

    def act(session: Session, contact: Contact) -> None:
        partner = session.scalar(
            select(Partner).where(Partner.public_id == request.form.get("partner", ""))
        )
        if partner is None:
            raise PlanError("referral.problem.form")
        area = partner.area if partner.area in areas.SERVICES else request.form.get("area", "")
        referrals.refer(session, line, contact, partner, area, words, viewer().id, line.now())

    return _do(public_id, act, "referral.made")


@bp.post("/<public_id>/referrals/<int:referral_id>")
@may(Permission.ANSWER_CLIENTS)
def move(public_id: str, referral_id: int) -> Response | tuple[str, int]:
    line, form = the_line(), request.form

    def act(session: Session, contact: Contact) -> None:
        row = session.scalar(
            select(Referral)
            .where(Referral.id == referral_id, Referral.contact_id == contact.id)
            .with_for_update()
        ) or abort(404)
        state, how = form.get("state", ""), form.get("how", "")
        referrals.move(session, row, contact, state, how, viewer().id, line.now())

    return _do(public_id, act, "plan.kept")


@bp.post("/<public_id>/needs")
@may(Permission.ANSWER_CLIENTS)
def needs(public_id: str) -> Response | tuple[str, int]:
    line, area, what = the_line(), request.form.get("area", ""), request.form.get("what", "")

    def act(session: Session, contact: Contact) -> None:
        if what == "needed":
            referrals.need(session, contact, area, "worker", viewer().id, line.now())
        else:
            referrals.mark(session, contact, area, what, viewer().id, line.now())

    return _do(public_id, act, "plan.kept")


def _do(public_id: str, act: Act, said: str) -> Response | tuple[str, int]:
    """One change in one transaction under the client's lock; a problem is shown, nothing kept."""
    line = the_line()
    try:
        with line.database.write() as session:
            contact, _ = threads.find(session, public_id) or abort(404)
            act(session, locked(session, contact.id))
    except PlanError as error:
        return _page(public_id, str(error)), 422
    line.wake.now()
    flash(t(said))
    return redirect(url_for("panel.referrals.show", public_id=public_id), 303)


def _page(public_id: str, problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        address = threads.address_of(session, contact)
        rows = session.execute(
            select(Referral, Partner)
            .join(Partner, Partner.id == Referral.partner_id)
            .where(Referral.contact_id == contact.id)
            .order_by(Referral.id.desc())
        ).all()
        found = session.scalars(
            select(ServiceNeed).where(
                ServiceNeed.contact_id == contact.id, ServiceNeed.ended_at.is_(None)
            )
        ).all()
        context = {
            "who": mask_of(line, contact, address) if address else "",
            "rows": [(row, partner, _note(line, contact, row)) for row, partner in rows],
            "needs": {row.area: row for row in found},
            "partners": session.scalars(
                select(Partner).where(Partner.ended_at.is_(None)).order_by(Partner.name)
            ).all(),
        }
    note_reading(contact, "read_referrals")
    return render_template(
        "panel/referrals.html", contact=contact, problem=problem, services=areas.SERVICES,
        onward=referrals.ONWARD, how_agreed=referrals.HOW_AGREED, **context,
    )  # fmt: skip


def _note(line: Line, contact: Contact, row: Referral) -> Markup:
    if row.note_sealed is None:
        return Markup("")
    try:
        words = line.vault.open(contact.data_key, f"referral.note:{row.id}", row.note_sealed)
    except MendableError:
        words = t("missing.erased")
    return visible(words)
