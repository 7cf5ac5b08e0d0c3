"""The services that clients may be told about, and the day each was last checked by phone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from itertools import groupby

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.access import may, names_of
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t_or
from bot.directory import is_stale
from bot.directory_calls import WAITS
from records.models import Resource, ResourceCheck

bp = Blueprint("directory", __name__, url_prefix="/directory")


@bp.get("")
@may(Permission.READ_DIRECTORY)
def show() -> str:
    """All rows, or with ?show=waiting those that nobody may be told about until a call."""
    line = the_line()
    today = line.local(line.now()).date()
    only_waiting = request.args.get("show") == "waiting"
    with line.database.read() as session:
        rows = session.scalars(
            select(Resource).order_by(Resource.category, Resource.rank, Resource.name)
        ).all()
        second_look = set(
            session.scalars(select(ResourceCheck.slug).where(ResourceCheck.state == WAITS))
        )
        names = names_of(session, line, {n for row in rows if (n := staff_id(row.checked_by))})
    states = {row.slug: state_of(row, today, second_look) for row in rows}
    chosen = [row for row in rows if not only_waiting or states[row.slug] != "current"]
    groups = [(key, list(group)) for key, group in groupby(chosen, lambda row: row.category)]
    return render_template(
        "panel/directory.html",
        groups=groups,
        states=states,
        by={row.slug: names.get(staff_id(row.checked_by) or 0, "") for row in rows},
        waiting=sum(state != "current" for state in states.values()),
        only_waiting=only_waiting,
        category=category,
    )


def names_by_slug(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """What services are called; one that is no longer there is left out."""
    chosen = select(Resource.slug, Resource.name).where(Resource.slug.in_(slugs))
    return {slug: name for slug, name in session.execute(chosen)}


def category(name: str) -> str:
    """A category as people read it."""
    return t_or(f"category.{name}", name.replace("_", " "))


def state_of(row: Resource, today: date, second_look: Collection[str] = ()) -> str:
    """current (may be sent), stale (was right once), first (nobody has confirmed it) or look
    (its number was changed and a second person must look)."""
    if row.slug in second_look:
        return "look"
    if not row.sendable:
        return "first"
    return "stale" if is_stale(row, today) else "current"


def staff_id(checked_by: str | None) -> int | None:
    kind, _, number = (checked_by or "").partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else None
