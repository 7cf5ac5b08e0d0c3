"""Asks again who it is before the most serious acts: ten minutes after the last proof."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request

from admin import cookies, passkeys, personnel, second_factor, sessions
from admin.access import may, viewer
from admin.passkeys import PasskeyError
from admin.roles import Permission
from admin.second_factor import Second
from admin.show import the_line
from admin.sign_in import Page, signed_in
from bot import throttle
from bot.line import Line
from records.audit import note
from records.models import Passkey, Staff

bp = Blueprint("confirm", __name__, url_prefix="/confirm")


def _purpose() -> str:
    return f"again:{viewer().id}"


def _own() -> tuple[Staff, list[Passkey]]:
    with the_line().database.read() as session:
        return session.get_one(Staff, viewer().id), passkeys.of(session, viewer().id)


def _page(error: str | None = None, wait: int = 0) -> str:
    staff, keys = _own()
    return render_template(
        "panel/confirm.html",
        is_sample_person=staff.is_sample,
        has_code=staff.totp_sealed is not None,
        has_passkey=bool(keys),
        error=error,
        wait=wait,
    )


@bp.get("")
@may(Permission.OWN_ACCESS)
def show() -> str:
    return _page()


@bp.get("/passkey")
@may(Permission.OWN_ACCESS)
def ask() -> Response:
    options = passkeys.options_to_prove(the_line(), _purpose(), _own()[1])
    return Response(options, mimetype="application/json")


@bp.post("")
@may(Permission.OWN_ACCESS)
def enter() -> Page:
    line = the_line()
    staff, _ = _own()
    counted = _counted(line, staff)
    with line.database.write() as session:
        wait = throttle.count_try(session, counted, line.now())
    if wait:
        return _page("wait", wait), 429, {"Retry-After": str(wait)}
    token = _proven(line, staff, counted)
    if token is None:
        with line.database.write() as session:
            note(session, line.now(), viewer().actor, "confirm_failed")
        return _page("wrong"), 422
    return signed_in(line, token)


def _counted(line: Line, staff: Staff) -> dict[str, int]:
    login = personnel.login_of(line, staff)
    device = cookies.known_browser(line, login)
    return throttle.subjects(line, login, request.remote_addr or "", device)


def _proven(line: Line, staff: Staff, counted: dict[str, int]) -> str | None:
    """The token of a new session in place of this one, or None."""
    answer, now, second = request.form.get("answer"), line.now(), None
    if not staff.is_sample and not answer:
        with line.database.read() as session:
            code = request.form.get("code", "")[:16]
            second = second_factor.check(session, line, staff, code) or Second()
    try:
        with line.database.write() as session:
            if answer:
                found = passkeys.claimed(session, answer)
                if found is None or found[1].id != staff.id:
                    return None
                passkeys.prove(session, line, found[0], answer, _purpose())
            elif second and not second_factor.use(session, staff.id, second, now):
                return None
            throttle.succeeded(session, counted)
            sessions.end(session, viewer().session_id, staff.id, now)
            note(session, now, viewer().actor, "confirm")
            return sessions.begin(session, staff.id, now)
    except PasskeyError:
        return None
