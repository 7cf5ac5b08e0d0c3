"""The services that clients may be told about, and the day each was last checked by phone."""

from __future__ import annotations

from datetime import date, datetime
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import Viewer, may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t, t_or
from bot.directory import is_stale
from records.audit import note
from records.models import QueueItem, Resource

bp = Blueprint("directory", __name__, url_prefix="/directory")
ITEM_KINDS = ("stale_resource", "alarm")


@bp.get("")
@may(Permission.READ_DIRECTORY)
def show() -> str:
    line = the_line()
    today = line.local(line.now()).date()
    with line.database.read() as session:
        rows = session.scalars(
            select(Resource).order_by(Resource.category, Resource.rank, Resource.name)
        ).all()
        ids = {n for row in rows if (n := _staff_id(row.checked_by))}
        names = names_of(session, line, ids)
    groups = [(key, list(group)) for key, group in groupby(rows, lambda row: row.category)]
    return render_template(
        "panel/directory.html",
        groups=groups,
        states={row.slug: state_of(row, today) for row in rows},
        by={row.slug: names.get(_staff_id(row.checked_by) or 0, "") for row in rows},
        waiting=sum(state_of(row, today) != "current" for row in rows),
        category=lambda name: t_or(f"category.{name}", name.replace("_", " ")),
    )


@bp.post("/<slug>/confirm")
@may(Permission.CONFIRM_DIRECTORY)
def confirm(slug: str) -> Response:
    line = the_line()
    with line.database.write() as session:
        row = session.scalar(select(Resource).where(Resource.slug == slug)) or abort(404)
        if "called" in request.form:
            _confirm(session, row, viewer(), line.now(), line.local(line.now()).date())
    flash(t("directory.confirmed" if "called" in request.form else "directory.tick_first"))
    return redirect(url_for("panel.directory.show", _anchor=slug), 303)


def state_of(row: Resource, today: date) -> str:
    """current (may be sent), stale (was right once), first (nobody has confirmed it)."""
    if not row.sendable:
        return "first"
    return "stale" if is_stale(row, today) else "current"


def _confirm(session: Session, row: Resource, viewer: Viewer, now: datetime, today: date) -> None:
    """From now on it may be sent, and tasks that asked for this check are done."""
    row.checked_on, row.checked_by = today, viewer.actor
    row.sendable = bool(row.call or row.text)
    session.execute(
        update(QueueItem)
        .where(
            QueueItem.dedupe_key.in_([f"{kind}:resource:{row.slug}" for kind in ITEM_KINDS]),
            QueueItem.resolved_at.is_(None),
        )
        .values(resolved_at=now, resolved_by=viewer.id, outcome="confirmed")
        .execution_options(synchronize_session=False)
    )
    note(session, now, viewer.actor, "confirm_resource", subject=f"resource:{row.slug}"[:48])


def _staff_id(checked_by: str | None) -> int | None:
    kind, _, number = (checked_by or "").partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else None
