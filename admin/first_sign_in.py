"""A one-use link: a new worker makes a passkey, or sets a password and a code."""

from __future__ import annotations

import io
from collections.abc import Callable

import segno
from flask import Blueprint, abort, flash, render_template, request
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import cookies, passkeys, proof, recovery, sessions
from admin.access import anyone
from admin.passkeys import PasskeyError
from admin.show import the_line
from admin.sign_in import end_this_browser, signed_in
from admin.strings import t
from bot.calendar import feed
from bot.escalation import pushing
from bot.line import Line
from records.audit import note
from records.keystore import SYSTEM
from records.models import Staff, StaffSession

bp = Blueprint("first_sign_in", __name__)


@bp.get("/link/<token>")
@anyone
def show(token: str) -> str:
    """Only shows a button or a form: programs that open links in mail use nothing up."""
    line = the_line()
    _, staff = _found(line, token)
    return _page(line, staff, token, None)


@bp.get("/link/<token>/square.svg")
@anyone
def square(token: str) -> FlaskResponse:
    """The square that a phone's code app reads."""
    line = the_line()
    _, staff = _found(line, token)
    picture = io.BytesIO()
    address = proof.secret_address(proof.new_secret(line, token), _login(line, staff))
    segno.make(address).save(picture, kind="svg", scale=5, border=4, light="white", xmldecl=False)
    return FlaskResponse(picture.getvalue(), mimetype="image/svg+xml")


@bp.post("/link/<token>")
@anyone
def enter(token: str) -> Response | tuple[str, int]:
    line = the_line()
    link, staff = _found(line, token)
    if staff.is_sample:
        return signed_in(line, _use(line, link, staff, None))
    password, again = request.form.get("password", ""), request.form.get("again", "")
    secret = proof.new_secret(line, token)
    step = proof.step_of(secret, request.form.get("code", ""), line.now())
    problem = proof.password_problem(password, _login(line, staff))
    if password != again:
        problem = problem or "password.differs"
    if problem is not None or step is None:
        return _page(line, staff, token, problem or "code.wrong"), 422

    def keep(_: Session, row: Staff) -> None:
        proof.keep(line, row, password, secret, step)

    entered = _entered(line, staff, _use(line, link, staff, keep))
    flash(t("recovery.make_some"))
    return entered


@bp.get("/link/<token>/passkey")
@anyone
def ask_passkey(token: str) -> FlaskResponse:
    """What the browser needs to make a passkey instead of a password and a code."""
    line = the_line()
    _, staff = _found(line, token)
    with line.database.read() as session:
        login = _login(line, staff)
        options = passkeys.options_to_add(session, line, staff, login, by_link=True)
    return FlaskResponse(options, mimetype="application/json")


@bp.post("/link/<token>/passkey")
@anyone
def enter_by_passkey(token: str) -> Response | tuple[str, int]:
    line, form = the_line(), request.form
    link, staff = _found(line, token)
    if staff.is_sample:
        abort(404, "link")

    def keep(session: Session, row: Staff) -> None:
        passkeys.add(session, line, row, form.get("answer", ""), form.get("name", ""), by_link=True)

    try:
        entered = _use(line, link, staff, keep)
    except PasskeyError:
        return _page(line, staff, token, "passkey.not_added"), 422
    return _entered(line, staff, entered)


def _entered(line: Line, staff: Staff, session_token: str) -> Response:
    answer = signed_in(line, session_token)
    cookies.remember_browser(line, answer, _login(line, staff))
    return answer


def _found(line: Line, token: str) -> tuple[StaffSession, Staff]:
    with line.database.read() as session:
        found = sessions.find(session, line, token, line.now(), sessions.LINK)
    if found is None:
        abort(404, "link")
    return found


def _login(line: Line, staff: Staff) -> str:
    return line.vault.open(SYSTEM, f"staff.login:{staff.id}", staff.login_sealed)


def _page(line: Line, staff: Staff, token: str, problem: str | None) -> str:
    return render_template(
        "panel/link.html",
        name=line.vault.open(SYSTEM, f"staff.name:{staff.id}", staff.name_sealed),
        login=_login(line, staff),
        is_sample_person=staff.is_sample,
        token=token,
        secret=None if staff.is_sample else proof.new_secret(line, token),
        problem=problem,
    )


def _use(
    line: Line, link: StaffSession, staff: Staff, keep: Callable[[Session, Staff], None] | None
) -> str:
    """Uses the link up and signs in. A worker begins anew: all that was before it ends."""
    now = line.now()
    with line.database.write() as session:
        if not sessions.end(session, link.id, staff.id, now):
            abort(404, "link")
        if keep is not None:
            row = session.get_one(Staff, staff.id)
            row.password_hash, row.totp_sealed = None, None
            passkeys.revoke_all(session, staff.id, now)
            recovery.forget(session, staff.id)
            feed.revoke_all(session, staff.id, now)
            pushing.end_all(session, staff.id, now)
            sessions.end_all(session, staff.id, now)
            keep(session, row)
        act = "sign_in_sample" if keep is None else "first_sign_in"
        note(session, now, f"staff:{staff.id}", act)
        token = sessions.begin(session, staff.id, now)
    end_this_browser(line)
    return token
