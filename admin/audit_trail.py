"""Who did or saw what, and whether the chain of entries is whole."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from sqlalchemy import func, select

from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from records import audit
from records.models import AuditEntry

bp = Blueprint("audit_trail", __name__, url_prefix="/audit")
A_PAGE = 50


@bp.get("")
@may(Permission.READ_AUDIT)
def show() -> str:
    line = the_line()
    before = request.args.get("before", type=int)
    with line.database.write() as session:
        audit.note(session, line.now(), viewer().actor, "read_audit")
    with line.database.read() as session:
        chosen = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(A_PAGE + 1)
        if before is not None:
            chosen = chosen.where(AuditEntry.id < before)
        rows = session.scalars(chosen).all()
        names = names_of(session, line, {n for row in rows if (n := _staff_id(row.actor))})
        linked = session.scalar(select(func.max(AuditEntry.position))) or 0
        verdict = audit.verify(session) if "check" in request.args else None
    who = {row.id: names.get(_staff_id(row.actor) or 0, row.actor) for row in rows}
    return render_template(
        "panel/audit.html",
        rows=rows[:A_PAGE],
        who=who,
        linked=linked,
        verdict=verdict,
        before=rows[A_PAGE - 1].id if len(rows) > A_PAGE else None,
    )


def _staff_id(actor: str) -> int | None:
    kind, _, number = actor.partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else None
