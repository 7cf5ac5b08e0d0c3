"""For a supervisor: who looked at whom, and the report after somebody saw what they should not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from flask import Blueprint, abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from bot import law, looks
from records.audit import note
from records.models import Contact

bp = Blueprint("oversight", __name__, url_prefix="/oversight")
DAYS = (1, 7, 30, 365)


@bp.get("")
@may(Permission.OVERSEE)
def show() -> str:
    """Every look of the last days, those without any work for the client first."""
    return _page("panel/looks.html", "read_looks")


@bp.get("/breach")
@may(Permission.OVERSEE)
def breach() -> str:
    """Who saw what of whom, with what the law asks for next: one page, to print."""
    return _page("panel/breach.html", "breach_report")


def _page(template: str, act: str) -> str:
    line, now = the_line(), the_line().now()
    days = request.args.get("days", 30, type=int)
    staff, client = request.args.get("staff", type=int), request.args.get("client", type=int)
    skip = request.args.get("skip", 0, type=int)
    if days not in DAYS or skip < 0:
        abort(404)
    subject, since = f"staff:{staff}" if staff else None, now - timedelta(days=days)
    with line.database.read() as session:
        found, total = looks.looks(session, since, now, actor=subject, contact_id=client, skip=skip)
        names = names_of(session, line, {_staff(one.actor) for one in found})
        public = _public_ids(session, found)
    with line.database.write() as session:
        note(session, now, viewer().actor, act, contact_id=client, subject=subject)
    return render_template(
        template, public=public, days=days, choices=DAYS, staff=staff, client=client, total=total,
        looks=[(one, names.get(_staff(one.actor), one.actor), _staff(one.actor)) for one in found],
        first=skip + 1, older=skip + looks.A_PAGE if skip + looks.A_PAGE < total else None,
        now=now, profile=line.config.legal_profile,
        steps=law.of(line.config.legal_profile).breach_steps,
    )  # fmt: skip


def _public_ids(session: Session, found: Iterable[looks.Look]) -> dict[int, str]:
    """The names in addresses of the clients who were looked at."""
    clients = select(Contact.id, Contact.public_id).where(
        Contact.id.in_({one.contact_id for one in found})
    )
    return {row_id: public_id for row_id, public_id in session.execute(clients)}


def _staff(actor: str) -> int:
    number = actor.partition(":")[2]
    return int(number) if number.isdecimal() else 0
