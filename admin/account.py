"""A worker's own sign-ins: where they are signed in, and how to end that."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from admin import passkeys, recovery, sessions
from admin.access import is_fresh, may, serious, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from records.audit import note
from records.models import Staff

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@may(Permission.OWN_ACCESS)
def show() -> str:
    line = the_line()
    with line.database.read() as session:
        rows = sessions.open_ones(session, viewer().id, line.now())
        own = [(row, passkeys.name_of(line, row)) for row in passkeys.of(session, viewer().id)]
        staff = session.get_one(Staff, viewer().id)
        codes = recovery.left(session, viewer().id) if staff.totp_sealed else None
    return render_template(
        "panel/account.html", rows=rows, passkeys=own, codes=codes, is_fresh=is_fresh()
    )


@bp.post("/recovery-codes")
@may(Permission.OWN_ACCESS)
@serious
def make_codes() -> str:
    """Shows ten new codes, once: the line keeps only what can check them."""
    line, now, made = the_line(), the_line().now(), recovery.drawn()
    with line.database.write() as session:
        staff = session.get_one(Staff, viewer().id)
        if staff.totp_sealed is None:
            abort(404)
        recovery.keep(session, staff.id, made, now)
        note(session, now, viewer().actor, "make_recovery_codes")
    return render_template("panel/recovery_codes.html", codes=[code for code, _ in made], now=now)


@bp.post("/sessions/<int:session_id>/end")
@may(Permission.OWN_ACCESS)
def end(session_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        if not sessions.end(session, session_id, viewer().id, line.now()):
            abort(404)
        note(session, line.now(), viewer().actor, "end_session", subject=f"session:{session_id}")
    flash(t("account.ended"))
    return redirect(url_for("panel.account.show"), 303)
