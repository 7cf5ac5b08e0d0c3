"""What caseworkers see."""

from __future__ import annotations

from flask import Blueprint, Flask, Request, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from admin import (
    account,
    answering,
    audit_trail,
    break_glass,
    broadcasts,
    calendar,
    calendar_feed,
    calendar_import,
    check_ins,
    client_dates,
    clients,
    confirm,
    conversations,
    corrections,
    date_acts,
    dates,
    directory,
    directory_row,
    duties,
    effects,
    errors,
    events,
    exports,
    filled_forms,
    finding,
    first_sign_in,
    forms,
    handover,
    heard_words,
    home,
    joinings,
    labels,
    noted,
    notes,
    notices,
    on_call,
    outcomes,
    oversight,
    partners,
    passkey_pages,
    pictures,
    plan,
    posters,
    practice,
    queue,
    referrals,
    reports,
    rights,
    rota,
    rota_edits,
    safety,
    show,
    sign_in,
    sources,
    supervision,
    swaps,
    team,
    timers,
    urgent,
    wording_files,
    wordings,
    writing,
)
from admin.access import csrf, guard
from admin.cookies import cookie_name, is_https
from admin.roles import Permission
from admin.strings import page_language
from bot.line import Line

PAGES = (
    home,
    sign_in,
    first_sign_in,
    passkey_pages,
    queue,
    urgent,
    conversations,
    finding,
    clients,
    joinings,
    check_ins,
    plan,
    referrals,
    filled_forms,
    answering,
    pictures,
    safety,
    rights,
    duties,
    timers,
    writing,
    notes,
    handover,
    corrections,
    reports,
    broadcasts,
    calendar,
    events,
    dates,
    date_acts,
    effects,
    calendar_feed,
    calendar_import,
    client_dates,
    posters,
    directory,
    partners,
    noted,
    sources,
    outcomes,
    exports,
    forms,
    directory_row,
    on_call,
    supervision,
    rota,
    rota_edits,
    swaps,
    wordings,
    wording_files,
    heard_words,
    audit_trail,
    oversight,
    account,
    confirm,
    team,
    break_glass,
    notices,
    practice,
)


class _OfBrowsers(SecureCookieSessionInterface):
    """Makes ready to read a cookie only where there is one: the phone company sends none, and
    that took a tenth of what its request costs beside its text."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)


def create(app: Flask, line: Line) -> None:
    """Adds the panel under /admin/ to an app."""
    app.extensions["line"] = line
    app.secret_key = line.vault.index("flask", "session")
    app.session_interface = _OfBrowsers()
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(line, "form"),
        SESSION_COOKIE_SECURE=is_https(line),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Checked by the panel's own guard, not for the phone company's calls.
        WTF_CSRF_CHECK_DEFAULT=False,
        # A page left open for hours at night must still be able to answer.
        WTF_CSRF_TIME_LIMIT=None,
        # We send no referrer at all; the guard looks at Sec-Fetch-Site instead.
        WTF_CSRF_SSL_STRICT=False,
    )
    csrf.init_app(app)
    panel = Blueprint("panel", __name__, url_prefix="/admin", template_folder="templates")
    panel.before_request(guard)
    for page in PAGES:
        panel.register_blueprint(page.bp)
    errors.register(app, panel)
    panel.after_request(labels.say_languages)
    panel.context_processor(_for_templates)
    app.register_blueprint(panel)


def _for_templates() -> dict[str, object]:
    return {
        "t": labels.t,
        "t_or": labels.t_or,
        "lang": page_language(),
        "viewer": g.get("viewer"),
        "is_sample": g.get("is_sample", False),
        "Permission": Permission,
        "when": labels.when,
        "day_and_month": show.day_and_month,
        "age": show.age,
    }
