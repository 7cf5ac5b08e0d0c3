"""A worker's own sign-ins: where they are signed in, and how to end that."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin import cookies, passkeys, personnel, proof, recovery, sessions
from admin.access import is_fresh, may, serious, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import catalogue, choices, t
from records.audit import note
from records.models import Staff

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("")
@may(Permission.OWN_ACCESS)
def show() -> str:
    return _page()


def _page(problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        rows = sessions.open_ones(session, viewer().id, line.now())
        own = [(row, passkeys.name_of(line, row)) for row in passkeys.of(session, viewer().id)]
        staff = session.get_one(Staff, viewer().id)
        codes = recovery.left(session, viewer().id) if staff.totp_sealed else None
        login = personnel.login_of(line, staff) if staff.password_hash else None
    return render_template(
        "panel/account.html",
        rows=rows,
        passkeys=own,
        codes=codes,
        login=login,
        is_fresh=is_fresh(),
        problem=problem,
        languages=choices(),
        chosen=staff.panel_locale,
        has_drafts=any(catalogue(name).has_drafts for name in choices()),
    )


@bp.post("/language")
@may(Permission.OWN_ACCESS)
def choose_language() -> Response:
    """The language of the panel for this person, on every device; empty for the browser's own."""
    line, chosen = the_line(), request.form.get("language", "")
    if chosen and chosen not in choices():
        abort(400)
    with line.database.write() as session:
        session.get_one(Staff, viewer().id).panel_locale = chosen
        note(session, line.now(), viewer().actor, "choose_language", detail=chosen)
    return redirect(url_for("panel.account.show"), 303)


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


@bp.post("/password")
@may(Permission.OWN_ACCESS)
@serious
def change_password() -> Response | tuple[str, int]:
    """A new password beside the old one; every other sign-in of this person ends."""
    line, now, form = the_line(), the_line().now(), request.form
    fresh, staff = form.get("password", ""), _own_row()
    if staff.password_hash is None:
        abort(404)
    problem = proof.password_problem(fresh, personnel.login_of(line, staff))
    if fresh != form.get("again"):
        problem = problem or "password.differs"
    if not proof.is_password(staff.password_hash, form.get("current", "")):
        problem = "password.not_current"
    if problem is not None:
        return _page(problem), 422
    kept = proof.hashed(fresh)
    with line.database.write() as session:
        session.get_one(Staff, staff.id).password_hash = kept
        sessions.end_all(session, staff.id, now)
        note(session, now, viewer().actor, "change_password")
        token = sessions.begin(session, staff.id, now)
    answer = redirect(url_for("panel.account.show"), 303)
    cookies.give_token(line, answer, token)
    flash(t("password.changed"))
    return answer


def _own_row() -> Staff:
    with the_line().database.read() as session:
        return session.get_one(Staff, viewer().id)


@bp.post("/sessions/<int:session_id>/end")
@may(Permission.OWN_ACCESS)
@serious
def end(session_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        if not sessions.end(session, session_id, viewer().id, line.now()):
            abort(404)
        note(session, line.now(), viewer().actor, "end_session", subject=f"session:{session_id}")
    flash(t("account.ended"))
    return redirect(url_for("panel.account.show"), 303)
