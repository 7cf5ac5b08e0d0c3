"""In an emergency somebody who may not read clients gets into one record, seen by supervisors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import finding, items, threads
from admin.access import may, names_of, serious, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot import throttle
from bot.case import add_item
from bot.line import Line
from bot.people import identifier_of, normal_number
from records.audit import note
from records.errors import MendableError
from records.ids import new_id
from records.models import Address, BreakGlass, Contact, Escalation

bp = Blueprint("break_glass", __name__, url_prefix="/break-glass")
OPEN_FOR = timedelta(minutes=30)
SHORTEST_REASON, LONGEST_REASON = 15, 400
A_PAGE = 50
#: Tries before each next one must wait a little: nobody asks number by number who is a client.
FREE = 5


@dataclass(frozen=True)
class Opening:
    """One time that somebody got in, as a supervisor reviews it."""

    by: str
    client: str
    who: str
    opened_at: datetime
    reason: Markup


@bp.get("")
@may(Permission.BREAK_GLASS)
@serious
def form() -> str:
    return render_template("panel/break_glass.html", problem=None)


@bp.post("")
@may(Permission.BREAK_GLASS)
@serious
def enter() -> Response | tuple[str, int]:
    line = the_line()
    which = request.form.get("which", "").strip()[:20]
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    if len(reason) < SHORTEST_REASON:
        return render_template("panel/break_glass.html", problem="reason"), 422
    counted = {line.vault.index("try.break_glass", str(viewer().id)): FREE}
    with line.database.write() as session:
        if throttle.count_try(session, counted, line.now()):
            return render_template("panel/break_glass.html", problem="often"), 429
        contact = _contact(session, line, which)
        if contact is None:
            note(session, line.now(), viewer().actor, "break_glass_failed")
        else:
            _open(session, line, contact, reason)
    if contact is None:
        return render_template("panel/break_glass.html", problem="nobody"), 422
    return redirect(url_for("panel.break_glass.show", public_id=contact.public_id), 303)


def _contact(session: Session, line: Line, which: str) -> Contact | None:
    """By the number of an urgent item, or by the whole phone number."""
    if which.isdecimal() and len(which) < 7:
        chosen = select(Escalation.contact_id).where(
            Escalation.number == int(which), Escalation.is_probe.is_(False)
        )
        contact_id = session.scalar(chosen.order_by(Escalation.id.desc()).limit(1))
    else:
        number = normal_number(which)
        indexes = [line.vault.index(f"address.{channel}", number) for channel in finding.PHONES]
        contact_id = session.scalar(
            select(Address.contact_id)
            .where(Address.channel.in_(finding.PHONES), Address.identifier_index.in_(indexes))
            .order_by(Address.channel)
            .limit(1)
        )
    return session.get(Contact, contact_id) if contact_id is not None else None


def _open(session: Session, line: Line, contact: Contact, reason: str) -> None:
    row_id, now = new_id(), line.now()
    sealed = line.vault.seal(contact.data_key, f"break_glass.reason:{row_id}", reason)
    session.add(
        BreakGlass(
            id=row_id,
            staff_id=viewer().id,
            contact_id=contact.id,
            reason_sealed=sealed,
            opened_at=now,
            ends_at=now + OPEN_FOR,
        )
    )
    note(session, now, viewer().actor, "break_glass", contact_id=contact.id)
    # Urgent, so that nobody can put the review off.
    add_item(
        session,
        now,
        "break_glass",
        "urgent",
        contact.id,
        dedupe_key=f"break_glass:{row_id}",
        subject=f"staff:{viewer().id}",
    )


def _let_in(session: Session, public_id: str) -> tuple[Contact, datetime]:
    """The record and until when this person may see it; 404 for everybody else."""
    found = session.execute(
        select(Contact, BreakGlass.ends_at)
        .join(BreakGlass, BreakGlass.contact_id == Contact.id)
        .where(
            Contact.public_id == public_id,
            BreakGlass.staff_id == viewer().id,
            BreakGlass.ends_at > the_line().now(),
        )
        .order_by(BreakGlass.ends_at.desc(), BreakGlass.id.desc())
        .limit(1)
    ).first()
    return (found[0], found[1]) if found else abort(404)


@bp.get("/<public_id>")
@may(Permission.BREAK_GLASS)
def show(public_id: str) -> str:
    return _record(public_id, "read_break_glass")


@bp.post("/<public_id>/number")
@may(Permission.BREAK_GLASS)
def reveal(public_id: str) -> str:
    return _record(public_id, "reveal_number")


def _record(public_id: str, act: str) -> str:
    """To be read only: who must answer takes part as a caseworker. Each look is written down."""
    line = the_line()
    with line.database.write() as session:
        contact, ends_at = _let_in(session, public_id)
        note(session, line.now(), viewer().actor, act, contact_id=contact.id)
    with line.database.read() as session:
        address = threads.address_of(session, contact)
        rows = threads.texts(session, contact, None)
        return render_template(
            "panel/break_glass_record.html",
            contact=contact,
            who=items.mask_of(line, contact, address) if address else "",
            number=_number(line, contact, address) if act == "reveal_number" else None,
            texts=threads.shown(session, line, contact, rows),
            ends_at=ends_at,
        )


def _number(line: Line, contact: Contact, address: Address | None) -> str:
    try:
        return identifier_of(line, contact, address) if address else ""
    except MendableError:
        return t("missing.erased")


@bp.get("/review")
@may(Permission.MANAGE_STAFF)
def review() -> str:
    """Every supervisor sees who got in, to whom, when and why."""
    line = the_line()
    with line.database.read() as session:
        chosen = (
            select(BreakGlass)
            .order_by(BreakGlass.opened_at.desc(), BreakGlass.id.desc())
            .limit(A_PAGE)
        )
        rows = session.scalars(chosen).all()
        names = names_of(session, line, {row.staff_id for row in rows})
        people = items.numbers(session, line, {row.contact_id for row in rows})
        openings = [
            Opening(
                by=names.get(row.staff_id, ""),
                client=people[row.contact_id][0],
                who=people[row.contact_id][1],
                opened_at=row.opened_at,
                reason=_reason(session, line, row),
            )
            for row in rows
        ]
    return render_template("panel/break_glass_review.html", openings=openings)


def _reason(session: Session, line: Line, row: BreakGlass) -> Markup:
    contact = session.get_one(Contact, row.contact_id)
    where = f"break_glass.reason:{row.id}"
    try:
        return visible(line.vault.open(contact.data_key, where, row.reason_sealed))
    except MendableError:
        return visible(t("missing.erased"))
