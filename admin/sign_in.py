"""Signing in with a password and a code, and signing out."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as form_session
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin import cookies, proof, second_factor, sessions
from admin.access import anyone, local_path, may, viewer
from admin.roles import Permission
from admin.second_factor import Second
from admin.show import the_line
from bot import throttle
from bot.line import Line
from records.audit import note
from records.models import Staff

bp = Blueprint("sign_in", __name__)
Page = tuple[str, int] | tuple[str, int, dict[str, str]] | Response


@dataclass(frozen=True)
class Attempt:
    """What was typed. `counted` is what the throttle counts this try by."""

    login: str
    password: str
    code: str
    counted: dict[str, int]


@bp.get("/sign-in")
@anyone
def form() -> Page:
    return render_template("panel/sign_in.html", login="", error=None), 200


@bp.post("/sign-in")
@anyone
def enter() -> Page:
    line, attempt = the_line(), _attempt(the_line())
    with line.database.write() as session:
        wait = throttle.count_try(session, attempt.counted, line.now())
    if wait:
        page = render_template("panel/sign_in.html", login=attempt.login, error="wait", wait=wait)
        return page, 429, {"Retry-After": str(wait)}
    token = _check(line, attempt)
    if token is None:
        return render_template("panel/sign_in.html", login=attempt.login, error="wrong"), 401
    answer = signed_in(line, token)
    cookies.remember_browser(line, answer, attempt.login)
    return answer


@bp.post("/sign-out")
@may(Permission.OWN_ACCESS)
def leave() -> Response:
    line = the_line()
    with line.database.write() as session:
        sessions.end(session, viewer().session_id, viewer().id, line.now())
        note(session, line.now(), viewer().actor, "sign_out")
    form_session.clear()
    answer = redirect(url_for("panel.sign_in.form"), 303)
    cookies.take_token(line, answer)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def signed_in(line: Line, token: str) -> Response:
    """To the page that was asked for, with a new cookie and a new form secret."""
    form_session.clear()
    there = local_path(request.args.get("next")) or url_for("panel.home.home")
    answer = redirect(there, 303)
    cookies.give_token(line, answer, token)
    return answer


def end_this_browser(line: Line) -> None:
    """Whoever was signed in here before is not any more."""
    token = cookies.token_given(line)
    with line.database.write() as session:
        found = sessions.find(session, line, token, line.now()) if token else None
        if found is not None:
            sessions.end(session, found[0].id, found[1].id, line.now())


def _attempt(line: Line) -> Attempt:
    login = request.form.get("login", "").strip()[:80]
    device = cookies.known_browser(line, login)
    address = request.remote_addr or ""
    counted = throttle.subjects(line, login, address, device)
    return Attempt(
        login, request.form.get("password", ""), request.form.get("code", "")[:16], counted
    )


def _check(line: Line, attempt: Attempt) -> str | None:
    """The token of a new session, or None. The same work for a person who does not exist."""
    index = line.vault.index("staff.login", attempt.login.casefold())
    with line.database.read() as session:
        staff = session.scalar(select(Staff).where(Staff.login_index == index))
        is_right = proof.is_password(staff.password_hash if staff else None, attempt.password)
        second = second_factor.check(session, line, staff, attempt.code)
    if staff is None or not staff.is_active or staff.is_sample or not is_right or second is None:
        _note_failure(line, staff)
        return None
    return _admit(line, staff, attempt, second)


def _admit(line: Line, staff: Staff, attempt: Attempt, second: Second) -> str | None:
    end_this_browser(line)
    now = line.now()
    with line.database.write() as session:
        if not second_factor.use(session, staff.id, second, now):
            note(session, now, "line", "sign_in_failed", subject=f"staff:{staff.id}", detail="used")
            return None
        throttle.succeeded(session, attempt.counted)
        note(session, now, f"staff:{staff.id}", "sign_in")
        return sessions.begin(session, staff.id, now)


def _note_failure(line: Line, staff: Staff | None) -> None:
    subject = f"staff:{staff.id}" if staff else None
    with line.database.write() as session:
        note(session, line.now(), "line", "sign_in_failed", subject=subject)
