"""What workers say triage should have made of a text, read later by a supervisor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot import people
from bot.escalation import correcting
from bot.line import Line
from records.audit import note
from records.errors import MendableError
from records.models import Contact, Correction, Message

bp = Blueprint("corrections", __name__)
LONGEST = 400
A_PAGE = 30


@dataclass(frozen=True)
class Row:
    """One correction with the text it is about."""

    id: int
    client: str
    seq: int
    by: str
    at: datetime
    was: str
    level: str
    kind: str
    words: Markup | None
    reason: Markup | None


@bp.post("/conversations/<public_id>/texts/<int:seq>/level")
@may(Permission.ANSWER_CLIENTS)
def correct(public_id: str, seq: int) -> Response:
    line, said = the_line(), "correction.kept"
    reason = request.form.get("reason", "").strip()[:LONGEST]
    level = request.form.get("level", "")
    try:
        with line.database.write() as session:
            contact, message = _found(session, public_id, seq)
            correcting.correct(
                session, line, contact, message, level, viewer().id, reason, line.now()
            )
    except correcting.CorrectionError as error:
        said = f"correction.{error.args[0]}"
    line.wake.now()
    flash(t(said))
    return redirect(url_for("panel.conversations.show", public_id=public_id), 303)


def _found(session: Session, public_id: str, seq: int) -> tuple[Contact, Message]:
    contact, _ = threads.find(session, public_id) or abort(404)
    # With the record that it was joined to: the item is that one's.
    people.all_locked(session, filter(None, (contact.id, contact.joined_to_id)))
    message = session.scalar(
        select(Message).where(
            Message.contact_id == contact.id,
            Message.seq == seq,
            Message.direction == "inbound",
        )
    )
    if message is None or contact.erased_at is not None:
        abort(404)
    return contact, message


@bp.get("/corrections")
@may(Permission.REVIEW_TRIAGE)
def show() -> str:
    line = the_line()
    with line.database.read() as session:
        found = session.execute(
            select(Correction, Message, Contact)
            .join(Message, Message.id == Correction.message_id)
            .join(Contact, Contact.id == Correction.contact_id)
            .where(Correction.reviewed_at.is_(None))
            .order_by(Correction.at, Correction.id)
            .limit(A_PAGE)
        ).all()
        names = names_of(session, line, {row.staff_id for row, _, _ in found})
        rows = [_shown(line, *each, names) for each in found]
    with line.database.write() as session:
        for row, _, _ in found:
            note(session, line.now(), viewer().actor, "read_correction", contact_id=row.contact_id)
    return render_template("panel/corrections.html", rows=rows)


def _shown(
    line: Line, row: Correction, message: Message, contact: Contact, names: dict[int, str]
) -> Row:
    words, _ = threads.words_of(line, contact, message)
    try:
        where = f"triage_correction.reason:{row.id}"
        reason = visible(line.vault.open(contact.data_key, where, row.reason_sealed))
    except MendableError:
        reason = None
    return Row(
        id=row.id,
        client=contact.public_id,
        seq=message.seq or 0,
        by=names.get(row.staff_id, ""),
        at=row.at,
        was=row.was,
        level=row.level,
        kind=row.kind or "",
        words=None if words is None else visible(words),
        reason=reason,
    )


@bp.post("/corrections/<int:correction_id>/reviewed")
@may(Permission.REVIEW_TRIAGE)
def reviewed(correction_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        row = session.get(Correction, correction_id, with_for_update=True)
        if row is None or row.reviewed_at is not None:
            abort(404)
        row.reviewed_at, row.reviewed_by = line.now(), viewer().id
        subject = f"correction:{row.id}"
        note(session, line.now(), viewer().actor, "review_correction", subject=subject)
    flash(t("correction.reviewed"))
    return redirect(url_for("panel.corrections.show"), 303)
