"""Passkeys on the pages: signing in with one, adding, naming and ending one's own."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from admin import cookies, passkeys, personnel, sessions
from admin.access import anyone, may, serious, viewer
from admin.passkeys import PasskeyError
from admin.roles import Permission
from admin.show import the_line
from admin.sign_in import Page, end_this_browser, signed_in
from admin.strings import t
from bot import throttle
from bot.line import Line
from records.audit import note
from records.models import Passkey, Staff

bp = Blueprint("passkey_pages", __name__)
SIGN_IN = "sign_in"


def as_json(options: str) -> Response:
    return Response(options, mimetype="application/json")


@bp.get("/sign-in/passkey")
@anyone
def ask() -> Response:
    return as_json(passkeys.options_to_prove(the_line(), SIGN_IN))


@bp.post("/sign-in/passkey")
@anyone
def enter() -> Page:
    line, answer = the_line(), request.form.get("answer", "")
    with line.database.read() as session:
        found = passkeys.claimed(session, answer)
    login = personnel.login_of(line, found[1]) if found else ""
    device = cookies.known_browser(line, login)
    counted = throttle.subjects(line, login, request.remote_addr or "", device)
    with line.database.write() as session:
        wait = throttle.count_try(session, counted, line.now())
    if wait:
        page = render_template("panel/sign_in.html", login="", error="wait", wait=wait)
        return page, 429, {"Retry-After": str(wait)}
    token = _admit(line, found, answer, counted) if found else None
    if token is None:
        _note_failure(line, found)
        return render_template("panel/sign_in.html", login="", error="passkey"), 401
    there = signed_in(line, token)
    cookies.remember_browser(line, there, login)
    return there


def _admit(
    line: Line, found: tuple[Passkey, Staff], answer: str, counted: dict[str, int]
) -> str | None:
    row, staff = found
    if staff.is_sample and not line.config.is_simulated:
        return None
    try:
        with line.database.write() as session:
            passkeys.prove(session, line, row, answer, SIGN_IN)
            throttle.succeeded(session, counted)
            note(session, line.now(), f"staff:{staff.id}", "sign_in_passkey")
            token = sessions.begin(session, staff.id, line.now())
    except PasskeyError:
        return None
    end_this_browser(line)
    return token


def _note_failure(line: Line, found: tuple[Passkey, Staff] | None) -> None:
    subject = f"staff:{found[1].id}" if found else None
    with line.database.write() as session:
        note(session, line.now(), "line", "sign_in_failed", subject=subject, detail="passkey")


@bp.get("/account/passkeys")
@may(Permission.OWN_ACCESS)
def ask_to_add() -> Response:
    line = the_line()
    with line.database.read() as session:
        staff = session.get_one(Staff, viewer().id)
        login = personnel.login_of(line, staff)
        return as_json(passkeys.options_to_add(session, line, staff, login))


@bp.post("/account/passkeys")
@may(Permission.OWN_ACCESS)
@serious
def add() -> AnyResponse:
    line, form = the_line(), request.form
    said = "passkey.added"
    try:
        with line.database.write() as session:
            staff = session.get_one(Staff, viewer().id)
            if len(passkeys.of(session, staff.id)) >= passkeys.MOST:
                raise PasskeyError("many")
            row = passkeys.add(session, line, staff, form.get("answer", ""), form.get("name", ""))
            note(session, line.now(), viewer().actor, "add_passkey", subject=f"passkey:{row.id}")
    except PasskeyError:
        said = "passkey.not_added"
    flash(t(said))
    return redirect(url_for("panel.account.show"), 303)


@bp.post("/account/passkeys/<int:passkey_id>/<any(rename, revoke):act>")
@may(Permission.OWN_ACCESS)
@serious
def change(passkey_id: int, act: str) -> AnyResponse:
    line, now = the_line(), the_line().now()
    with line.database.write() as session:
        row = session.get(Passkey, passkey_id)
        if row is None or row.staff_id != viewer().id or row.revoked_at is not None:
            abort(404)
        if act == "rename":
            passkeys.rename(line, row, request.form.get("name", ""))
        elif _is_last_way_in(
            row, session.get_one(Staff, row.staff_id), passkeys.of(session, row.staff_id)
        ):
            flash(t("passkey.last"))
            return redirect(url_for("panel.account.show"), 303)
        else:
            row.revoked_at = now
        note(session, now, viewer().actor, f"{act}_passkey", subject=f"passkey:{row.id}")
    flash(t("passkey.renamed" if act == "rename" else "passkey.revoked"))
    return redirect(url_for("panel.account.show"), 303)


def _is_last_way_in(row: Passkey, staff: Staff, rows: list[Passkey]) -> bool:
    """Nobody locks themselves out by ending their only passkey."""
    return (
        not staff.is_sample and staff.password_hash is None and [one.id for one in rows] == [row.id]
    )
