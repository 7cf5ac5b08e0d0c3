"""Notes that workers write about a client for one another; no client ever gets one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot.escalation import holding
from bot.line import Line
from records import audit
from records.errors import MendableError
from records.ids import new_id
from records.models import Contact, Escalation, Note

bp = Blueprint("notes", __name__, url_prefix="/conversations")
LONGEST = 2000
SHOWN = 50


@dataclass(frozen=True)
class Shown:
    """One note with its words opened; `words` is None when the client was erased."""

    by: str
    at: datetime
    words: Markup | None


@bp.post("/<public_id>/note")
@may(Permission.ANSWER_CLIENTS)
def write(public_id: str) -> Response:
    line, words = the_line(), request.form.get("note", "").replace("\r\n", "\n").strip()
    with line.database.write() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        is_kept = bool(words) and contact.erased_at is None
        if is_kept:
            keep(session, line, contact, viewer().id, words[:LONGEST], line.now())
    flash(t("note.kept" if is_kept else "note.empty"))
    return redirect(url_for("panel.conversations.show", public_id=public_id, _anchor="notes"), 303)


def keep(
    session: Session, line: Line, contact: Contact, staff_id: int, words: str, now: datetime
) -> None:
    """Seals a note. Written by whoever has the client's urgent item, it counts as looking after
    it."""
    row_id = new_id()
    sealed = line.vault.seal(contact.data_key, f"note.body:{row_id}", words)
    session.add(
        Note(id=row_id, contact_id=contact.id, staff_id=staff_id, body_sealed=sealed, at=now)
    )
    actor, subject = f"staff:{staff_id}", f"note:{row_id}"
    audit.note(session, now, actor, "write_note", contact_id=contact.id, subject=subject)
    own = session.scalar(
        select(Escalation.id).where(
            Escalation.contact_id == contact.id,
            Escalation.state != holding.RESOLVED,
            Escalation.acknowledged_by == staff_id,
        )
    )
    if own is not None:
        holding.human_wrote(session, holding.held(session, own), staff_id, now)


def of_contact(session: Session, line: Line, contact: Contact) -> list[Shown]:
    """The newest notes about a client, newest first."""
    rows = session.scalars(
        select(Note)
        .where(Note.contact_id == contact.id)
        .order_by(Note.at.desc(), Note.id.desc())
        .limit(SHOWN)
    ).all()
    names = names_of(session, line, {row.staff_id for row in rows})
    return [Shown(names.get(row.staff_id, ""), row.at, _words(line, contact, row)) for row in rows]


def _words(line: Line, contact: Contact, row: Note) -> Markup | None:
    try:
        return visible(line.vault.open(contact.data_key, f"note.body:{row.id}", row.body_sealed))
    except MendableError:
        return None
