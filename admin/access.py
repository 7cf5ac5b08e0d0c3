"""Stands at every door of the panel: nobody passes without a rule that lets them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from flask import Response, abort, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin import sessions
from admin.cookies import token_given
from admin.roles import Permission, permissions_of
from admin.show import the_line
from admin.strings import ENGLISH, choices
from bot import revisions
from bot.line import Line
from records.audit import note
from records.keystore import SYSTEM
from records.models import Fact, Staff, StaffSession

ANYONE = "anyone"
SAMPLE = "sample_data"
ELSEWHERE = ("cross-site", "same-site")
csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True)
class Viewer:
    """The person who looks at this page."""

    id: int
    name: str
    role: str
    session_id: int
    proved_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How the audit names them."""
        return f"staff:{self.id}"

    def may(self, permission: Permission) -> bool:
        return permission in permissions_of(self.role)


def serious(view: View) -> View:
    """Declares that this page asks again who it is, ten minutes after the last proof."""
    view.__dict__["is_serious"] = True
    return view


def is_fresh() -> bool:
    """Did the signed-in person prove who they are within the last ten minutes?"""
    proved_at = viewer().proved_at
    return proved_at is not None and the_line().now() - proved_at <= sessions.FRESH


def may(permission: Permission) -> Callable[[View], View]:
    """Declares what one needs to enter this page. A page that declares nothing is closed."""

    def declare(view: View) -> View:
        view.__dict__["needs"] = permission
        return view

    return declare


def anyone(view: View) -> View:
    """Declares a page that needs no sign-in."""
    view.__dict__["needs"] = ANYONE
    return view


def viewer() -> Viewer:
    """The signed-in person. Only for pages that declared a permission."""
    found: Viewer = g.viewer
    return found


def guard() -> AnyResponse | None:
    """Before every page: forms are our own, the person is known, and their role allows it."""
    g.panel_locale = request.accept_languages.best_match(choices(), ENGLISH)
    g.viewer, g.is_sample = None, False
    if request.method != "GET" and request.headers.get("Sec-Fetch-Site") in ELSEWHERE:
        abort(403)
    csrf.protect()
    line, now = the_line(), the_line().now()
    with line.database.read() as session:
        g.is_sample = line.config.is_simulated and session.get(Fact, SAMPLE) is not None
        token = token_given(line)
        found = sessions.find(session, line, token, now) if token else None
        revisions.freshen(session, line)
    needs = getattr(current_app.view_functions[str(request.endpoint)], "needs", None)
    if found is not None:
        _enter(line, *found)
    if needs == ANYONE:
        return None
    if found is None:
        return _to_sign_in()
    if not isinstance(needs, Permission) or not viewer().may(needs):
        _note_denied(line)
        abort(404)
    is_serious = getattr(current_app.view_functions[str(request.endpoint)], "is_serious", False)
    return _to_confirm() if is_serious and not is_fresh() else None


def _to_confirm() -> AnyResponse:
    """Asks who it is, and goes back to the page on which the act stands."""
    here = request.full_path.rstrip("?") if request.method == "GET" else request.path
    routes = current_app.url_map.bind("")
    while request.method != "GET" and here != "/admin/" and not routes.test(here, "GET"):
        here = here.rstrip("/").rpartition("/")[0] or "/admin/"
    return redirect(url_for("panel.confirm.show", next=here), 303)


def _enter(line: Line, found: StaffSession, staff: Staff) -> None:
    name = line.vault.open(SYSTEM, f"staff.name:{staff.id}", staff.name_sealed)
    g.viewer = Viewer(staff.id, name, staff.role, found.id, found.proved_at)
    if staff.panel_locale in choices():
        g.panel_locale = staff.panel_locale
    # A page that refreshes itself is not a person at work.
    if "auto" not in request.args and line.now() - found.seen_at > sessions.TOUCH:
        sessions.touch(line, found.id, line.now())


def _to_sign_in() -> AnyResponse:
    if "auto" in request.args:
        return Response(status=401)
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("panel.sign_in.form", next=here), 303)


def _note_denied(line: Line) -> None:
    with line.database.write() as session:
        where = str(request.endpoint).removeprefix("panel.")[:80]
        note(session, line.now(), viewer().actor, "denied", detail=where)


def local_path(wish: str | None) -> str | None:
    """A path inside the panel, or None: nobody is sent elsewhere after signing in."""
    if not wish or any(ord(sign) < 33 or sign == "\\" for sign in wish):
        return None
    parts = urlsplit(wish)
    if parts.scheme or parts.netloc or not parts.path.startswith("/admin/"):
        return None
    return wish if ".." not in parts.path else None


def names_of(session: Session, line: Line, ids: set[int]) -> dict[int, str]:
    """Workers' names by their id."""
    rows = session.scalars(select(Staff).where(Staff.id.in_(ids))) if ids else ()
    return {
        row.id: line.vault.open(SYSTEM, f"staff.name:{row.id}", row.name_sealed) for row in rows
    }
