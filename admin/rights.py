"""A client's copy of what is kept, and the wish to be erased, each confirmed by a person."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import notes, threads
from admin.access import may, serious, viewer
from admin.roles import Permission
from admin.safety import back, held
from admin.show import the_line
from admin.strings import t
from bot import rights
from records.audit import note
from records.models import Consent, Message

bp = Blueprint("rights", __name__, url_prefix="/conversations")
AGREED = ("in_person", "voice")


@bp.post("/<public_id>/erase")
@may(Permission.ANSWER_CLIENTS)
@serious
def confirm(public_id: str) -> Response:
    """The worker has spoken with the client, by voice or in person: in 7 days it is done."""
    line, how = the_line(), request.form.get("how", "")
    if how not in rights.WAYS or request.form.get("spoken") != "1":
        flash(t("rights.not_spoken"))
        return back(public_id)
    with line.database.write() as session:
        rights.confirm(session, held(session, public_id), viewer().id, how, line.now())
    flash(t("rights.confirmed"))
    return back(public_id)


@bp.post("/<public_id>/erase/undo")
@may(Permission.ANSWER_CLIENTS)
def undo(public_id: str) -> Response:
    line = the_line()
    with line.database.write() as session:
        contact = held(session, public_id)
        rights.undo(session, contact, line.now())
        note(session, line.now(), viewer().actor, "erasure_undone", contact_id=contact.id)
    flash(t("rights.undone"))
    return back(public_id)


@bp.post("/<public_id>/copy")
@may(Permission.ANSWER_CLIENTS)
@serious
def copy(public_id: str) -> str | Response:
    """Everything kept about a client on one page to print and hand over. It is never texted."""
    line = the_line()
    if request.form.get("agreed") not in AGREED:
        flash(t("rights.not_agreed"))
        return redirect(url_for("panel.safety.show", public_id=public_id), 303)
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        rows = session.scalars(
            select(Message).where(Message.contact_id == contact.id).order_by(Message.seq)
        ).all()
        texts = threads.shown(session, line, contact, rows)
        written = notes.of_contact(session, line, contact)
        consents = session.scalars(
            select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.id)
        ).all()
    with line.database.write() as session:
        agreed = str(request.form.get("agreed"))
        actor = viewer().actor
        note(session, line.now(), actor, "made_copy", contact_id=contact.id, detail=agreed)
    return render_template(
        "panel/copy.html", contact=contact, texts=texts, notes=written, consents=consents
    )
