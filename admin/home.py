"""The first page, and the panel's own files."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, redirect, send_from_directory, url_for
from werkzeug.wrappers import Response

from admin.access import anyone, may, viewer
from admin.roles import Permission

bp = Blueprint("home", __name__)
STATIC = Path(__file__).parent / "static"
KEPT_SECONDS = 3600


@bp.get("/")
@may(Permission.OWN_ACCESS)
def home() -> Response:
    page = "queue" if viewer().may(Permission.SEE_QUEUE) else "directory"
    return redirect(url_for(f"panel.{page}.show"), 303)


@bp.get("/static/<path:name>")
@anyone
def static(name: str) -> Response:
    """Style sheet, script and font: the same for everybody."""
    answer = send_from_directory(STATIC, name, max_age=KEPT_SECONDS)
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    return answer
