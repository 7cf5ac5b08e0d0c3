"""A worker's own address for the calendar of their phone: made, shown once, and revoked."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from admin.access import anyone, may, viewer
from admin.roles import Permission, permissions_of
from admin.show import the_line
from admin.strings import t
from bot.calendar import feed
from records.models import CalendarFeed

bp = Blueprint("calendar_feed", __name__, url_prefix="/calendar/feed")


@bp.get("")
@may(Permission.SEE_CALENDAR)
def show() -> str:
    return _page()


@bp.post("")
@may(Permission.SEE_CALENDAR)
def make() -> str:
    """The address is shown on this page and never again."""
    line = the_line()
    with line.database.write() as session:
        token = feed.make(session, viewer().id, line.now())
    path = url_for("panel.calendar_feed.read", token=token)
    return _page(line.config.public_url.rstrip("/") + path)


@bp.post("/<int:feed_id>/revoke")
@may(Permission.SEE_CALENDAR)
def revoke(feed_id: int) -> AnyResponse:
    line = the_line()
    with line.database.write() as session:
        if not feed.revoke(session, feed_id, viewer().id, line.now()):
            abort(404)
    flash(t("feed.revoked"))
    return redirect(url_for("panel.calendar_feed.show"), 303)


@bp.get("/<token>.ics")
@anyone
def read(token: str) -> Response:
    """For calendar programs, which cannot sign in: whoever has the address reads the dates."""
    line = the_line()
    with line.database.read() as session:
        staff = feed.holder(session, token)
        if staff is None or Permission.SEE_CALENDAR not in permissions_of(staff.role):
            abort(404)
        content = feed.text_of(session, line, line.now())
    return Response(content, mimetype="text/calendar")


def _page(address: str | None = None) -> str:
    with the_line().database.read() as session:
        rows = session.scalars(
            select(CalendarFeed)
            .where(CalendarFeed.staff_id == viewer().id, CalendarFeed.revoked_at.is_(None))
            .order_by(CalendarFeed.created_at, CalendarFeed.id)
        ).all()
    return render_template("panel/calendar_feed.html", rows=rows, address=address)
