"""The duty to report: what a worker goes through, how long it waits, and who decided what."""

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
from bot.line import Line
from bot.people import locked
from records.audit import note
from records.errors import MendableError
from records.models import Contact, DutyFlag, QueueItem

bp = Blueprint("duties", __name__, url_prefix="/conversations")
CHECKS = ("safe_now", "age", "grounds", "own_report", "told")
DECISIONS = ("reported", "not_needed")
LONGEST = 600


@dataclass(frozen=True)
class Shown:
    """One flag. `hours` is how long it has waited, or waited until it was decided."""

    id: int
    kind: str
    opened_at: datetime
    hours: int
    checked: frozenset[str]
    decision: str | None
    decided_at: datetime | None
    by: str
    reason: Markup | None


def of_contact(session: Session, line: Line, contact: Contact) -> list[Shown]:
    """This client's flags, newest first."""
    rows = session.scalars(
        select(DutyFlag).where(DutyFlag.contact_id == contact.id).order_by(DutyFlag.id.desc())
    ).all()
    names = names_of(session, line, {row.decided_by for row in rows if row.decided_by})
    return [_shown(line, contact, row, names) for row in rows]


def _shown(line: Line, contact: Contact, row: DutyFlag, names: dict[int, str]) -> Shown:
    until = row.decided_at or line.now()
    return Shown(
        id=row.id,
        kind=row.kind,
        opened_at=row.opened_at,
        hours=int((until - row.opened_at).total_seconds()) // 3600,
        checked=frozenset(filter(None, row.checked.split(","))),
        decision=row.decision,
        decided_at=row.decided_at,
        by=names.get(row.decided_by or 0, ""),
        reason=_reason(line, contact, row),
    )


def _reason(line: Line, contact: Contact, row: DutyFlag) -> Markup | None:
    if row.reason_sealed is None:
        return None
    try:
        where = f"duty_flag.reason:{row.id}"
        return visible(line.vault.open(contact.data_key, where, row.reason_sealed))
    except MendableError:
        return None


@bp.post("/<public_id>/duty/<int:flag_id>")
@may(Permission.ANSWER_CLIENTS)
def decide(public_id: str, flag_id: int) -> Response:
    """A worker says what they decided and why. The report itself they make in person."""
    line, now = the_line(), the_line().now()
    decision, reason = request.form.get("decision", ""), request.form.get("reason", "").strip()
    checked = [name for name in CHECKS if request.form.get(f"check_{name}")]
    is_whole = decision in DECISIONS and bool(reason) and len(checked) == len(CHECKS)
    with line.database.write() as session:
        found, _ = threads.find(session, public_id) or abort(404)
        contact = locked(session, found.id)
        row = session.get(DutyFlag, flag_id)
        if row is None or row.contact_id != contact.id or row.decided_at is not None:
            abort(404)
        row.checked = ",".join(checked)
        if is_whole:
            _decide(session, line, contact, row, decision, reason[:LONGEST], now)
    flash(t("duty.decided" if is_whole else "duty.not_whole"))
    return redirect(url_for("panel.safety.show", public_id=public_id, _anchor="duty"), 303)


def _decide(
    session: Session,
    line: Line,
    contact: Contact,
    row: DutyFlag,
    decision: str,
    reason: str,
    now: datetime,
) -> None:
    row.decision, row.decided_at, row.decided_by = decision, now, viewer().id
    where = f"duty_flag.reason:{row.id}"
    row.reason_sealed = line.vault.seal(contact.data_key, where, reason)
    actor = viewer().actor
    note(session, now, actor, "duty_decided", contact_id=contact.id, detail=decision)
    key = f"duty_to_report:{contact.id}"
    item = session.scalar(
        select(QueueItem).where(QueueItem.dedupe_key == key, QueueItem.resolved_at.is_(None))
    )
    if item is not None:
        item.resolved_at, item.resolved_by, item.outcome = now, viewer().id, decision
