"""A worker's own choices: notices on their screens, and for which wishes of clients they stand."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from admin.access import anyone, may, viewer
from admin.home import static
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.escalation import pushing
from bot.push import is_allowed
from records.audit import note
from records.models import PushSubscription, Staff

bp = Blueprint("notices", __name__)
GENDERS = ("", "woman", "man")
LONGEST = 2000
MOST = 10
_KEYS = ("p256dh", "auth")


@bp.get("/worker.js")
@anyone
def worker() -> AnyResponse:
    """The script that shows notices; it stands here because it may only serve pages below it."""
    return static("worker.js")


@bp.get("/account/notices")
@may(Permission.OWN_ACCESS)
def show() -> str:
    return _page()


def _page(problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        screens = pushing.live(session, viewer().id)
        gender = session.get_one(Staff, viewer().id).gender
    return render_template(
        "panel/notices.html",
        screens=screens,
        gender=gender,
        genders=GENDERS,
        key=line.pusher.key if line.pusher else None,
        problem=problem,
    )


@bp.post("/account/notices")
@may(Permission.ANSWER_CLIENTS)
def subscribe() -> AnyResponse | tuple[str, int]:
    """Keeps a browser's subscription; only hosts of the browsers' makers are ever called."""
    line = the_line()
    told = _read(request.form.get("subscription", ""))
    if told is None or not is_allowed(str(told["endpoint"]), line.config.push_hosts):
        return _page(problem="wrong"), 422
    host = urlsplit(str(told["endpoint"])).hostname or ""
    with line.database.write() as session:
        if len(pushing.live(session, viewer().id)) >= MOST:
            return _page(problem="many"), 422
        row = pushing.subscribe(session, line, viewer().id, told, host[-80:], line.now())
        note(session, line.now(), viewer().actor, "push_on", subject=f"push:{row.id}")
    flash(t("push.kept"))
    return redirect(url_for("panel.notices.show"), 303)


def _read(written: str) -> dict[str, object] | None:
    """A browser's subscription as it must be, nothing else of it; None when it is none."""
    try:
        told = json.loads(written[:LONGEST])
        keys = {name: told["keys"][name] for name in _KEYS}
        endpoint = told["endpoint"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not all(isinstance(one, str) and 0 < len(one) < 1000 for one in (endpoint, *keys.values())):
        return None
    return {"endpoint": endpoint, "keys": keys}


@bp.post("/account/notices/<int:push_id>/end")
@may(Permission.OWN_ACCESS)
def end(push_id: int) -> AnyResponse:
    line = the_line()
    with line.database.write() as session:
        row = session.get(PushSubscription, push_id, with_for_update=True)
        if row is None or row.staff_id != viewer().id or row.ended_at is not None:
            abort(404)
        row.ended_at, row.ended_why = line.now(), "revoked"
        note(session, line.now(), viewer().actor, "push_off", subject=f"push:{row.id}")
    flash(t("push.ended"))
    return redirect(url_for("panel.notices.show"), 303)


@bp.post("/account/wish")
@may(Permission.ANSWER_CLIENTS)
def stand_for() -> AnyResponse:
    """Whether a client who wishes for a woman or a man may be given to this worker first."""
    line, gender = the_line(), request.form.get("gender", "")
    if gender not in GENDERS:
        abort(404)
    with line.database.write() as session:
        session.get_one(Staff, viewer().id).gender = gender
        note(session, line.now(), viewer().actor, "own_gender")
    flash(t("push.wish_kept"))
    return redirect(url_for("panel.notices.show"), 303)
