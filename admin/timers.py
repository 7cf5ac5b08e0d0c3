"""A client's own timer as those who were paged need it: when it ended, and what they left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, url_for
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot import timer
from bot.line import Line
from bot.people import locked
from records.audit import note
from records.errors import MendableError
from records.models import Contact, SafetyTimer

bp = Blueprint("timers", __name__, url_prefix="/conversations")


@dataclass(frozen=True)
class Shown:
    """`note` is what the client left, or None; `is_open` while only digits or a person end it."""

    ends_at: datetime
    paged_at: datetime | None
    on_way_at: datetime | None
    note: Markup | None
    is_open: bool


def shown(session: Session, line: Line, contact: Contact) -> Shown | None:
    """The running timer, or one that ended with its note still needed."""
    row = _newest(session, contact)
    if row is None:
        return None
    try:
        words = (
            line.vault.open(contact.data_key, f"safety_timer.note:{row.id}", row.note_sealed)
            if row.note_sealed is not None
            else None
        )
    except MendableError:
        words = None
    note_ = visible(words) if words else None
    return Shown(row.ends_at, row.paged_at, row.on_way_at, note_, row.closed_at is None)


def _newest(session: Session, contact: Contact) -> SafetyTimer | None:
    return session.scalar(
        select(SafetyTimer)
        .where(
            SafetyTimer.contact_id == contact.id,
            or_(SafetyTimer.closed_at.is_(None), SafetyTimer.note_sealed.is_not(None)),
        )
        .order_by(SafetyTimer.id.desc())
        .limit(1)
    )


@bp.post("/<public_id>/timer/end")
@may(Permission.ANSWER_CLIENTS)
def end(public_id: str) -> Response:
    """A person has spoken with the client: the timer ends, and what they left is shredded."""
    line = the_line()
    with line.database.write() as session:
        found, _ = threads.find(session, public_id) or abort(404)
        contact = locked(session, found.id)
        row = _newest(session, contact)
        if row is None:
            abort(404)
        if row.closed_at is None:
            timer.close(row, contact, "staff", line.now())
        row.note_sealed = None
        note(session, line.now(), viewer().actor, "timer_ended", contact_id=contact.id)
    flash(t("timer.ended"))
    return redirect(url_for("panel.conversations.show", public_id=public_id), 303)
