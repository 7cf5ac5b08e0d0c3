"""Urgent items in the panel: listed, taken by one worker, resolved with an outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask import Response as FlaskResponse
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import items, live, notes
from admin.access import Viewer, may, names_of, viewer
from admin.items import LEVELS, numbers
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.escalation import codes, holding
from bot.escalation.telling import tell
from bot.line import Line
from records.models import Contact, Escalation

bp = Blueprint("urgent", __name__, url_prefix="/urgent")
OUTCOMES = ("safe", "helped", "handed_on", "not_reached", "mistake")
MOST = 100
_RANK = case({level: n for n, level in enumerate(LEVELS)}, value=Escalation.level, else_=2)


@dataclass(frozen=True)
class Urgent:
    """One open urgent item. `who` is a masked number; `holder` the worker who has it,
    `heard` marks the newest cry that this page tells of."""

    id: int
    number: int
    level: str
    kind: str
    client: str
    who: str
    opened_at: datetime
    texts: int
    holder: str | None
    is_mine: bool
    is_silent: bool
    cannot_text: bool
    is_drill: bool
    wish: str
    heard: str


def listed(
    session: Session, line: Line, viewer: Viewer, contact_id: int | None = None
) -> list[Urgent]:
    """Open urgent items, nobody's before somebody's, most serious first, oldest first.

    `contact_id` asks for those of one client. Empty for who may not read about clients.
    """
    if not viewer.may(Permission.READ_CLIENTS):
        return []
    chosen = select(Escalation).where(
        Escalation.state != holding.RESOLVED, Escalation.is_probe.is_(False)
    )
    if contact_id is not None:
        chosen = chosen.where(Escalation.contact_id == contact_id)
    is_held = Escalation.acknowledged_by.is_not(None)
    rows = session.scalars(
        chosen.order_by(is_held, _RANK, Escalation.opened_at, Escalation.id).limit(MOST)
    ).all()
    names = names_of(session, line, {row.acknowledged_by for row in rows if row.acknowledged_by})
    people = numbers(session, line, {row.contact_id for row in rows})
    wishes = items.wishes(session, {row.contact_id for row in rows})
    return [
        _shown(
            row,
            viewer,
            names,
            *people[row.contact_id],
            wishes.get(row.contact_id, ""),
            codes.newest_cry(session, row),
        )
        for row in rows
    ]


def _shown(
    row: Escalation, viewer: Viewer, names: dict[int, str], client: str, who: str, wish: str,
    heard: str,
) -> Urgent:  # fmt: skip
    return Urgent(
        id=row.id,
        number=row.number or 0,
        level=row.level,
        kind=row.kind,
        client=client,
        who=who,
        opened_at=row.opened_at,
        texts=row.texts,
        holder=names.get(row.acknowledged_by) if row.acknowledged_by else None,
        is_mine=row.acknowledged_by == viewer.id,
        is_silent=row.is_silent,
        cannot_text=row.cannot_text and not row.is_drill,
        is_drill=row.is_drill,
        wish=wish,
        heard=heard,
    )


@bp.get("/count")
@may(Permission.READ_CLIENTS)
def count() -> FlaskResponse:
    """For the script of every page: how many are open, how many nobody has, and that in words."""
    with the_line().database.read() as session:
        rows = session.execute(
            select(Escalation.state, func.count())
            .where(Escalation.state != holding.RESOLVED, Escalation.is_probe.is_(False))
            .group_by(Escalation.state)
        ).all()
    found = {state: n for state, n in rows}
    waiting, total = found.get(holding.OPEN, 0), sum(found.values())
    said = t("urgents.open", n=total)
    if waiting:
        said += " " + t("urgents.waiting", n=waiting)
    tag = live.tag_of(waiting, total)
    if (same := live.unchanged(tag)) is not None:
        return same
    answer = jsonify(open=total, waiting=waiting, words=said)
    answer.set_etag(tag)
    return answer


@bp.post("/<int:escalation_id>/take")
@may(Permission.ANSWER_CLIENTS)
def take(escalation_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        alert = _found(session, escalation_id)
        is_drill = alert.is_drill
        taken = holding.take(session, line, alert, viewer().id, "panel", line.now())
        client, _ = numbers(session, line, {alert.contact_id})[alert.contact_id]
    line.wake.now()
    if is_drill:
        flash(t("drill.thanks"))
        return redirect(url_for("panel.queue.show"), 303)
    if taken in (holding.Taken.YOURS, holding.Taken.YOURS_ALREADY):
        there = url_for("panel.conversations.show", public_id=client, _anchor="newest")
        return redirect(there, 303)
    flash(t("queue.taken_by_another"))
    return redirect(url_for("panel.queue.show"), 303)


@bp.post("/<int:escalation_id>/resolve")
@may(Permission.ANSWER_CLIENTS)
def resolve(escalation_id: int) -> Response:
    line, outcome = the_line(), request.form.get("outcome", "")
    why = request.form.get("why", "").strip()[: notes.LONGEST]
    if outcome not in OUTCOMES:
        abort(404)
    with line.database.write() as session:
        alert = _found(session, escalation_id)
        problem = _may_resolve(session, line, alert, why)
        if problem is None:
            holding.resolve(session, alert, viewer().id, outcome, line.now())
    line.wake.now()
    flash(t(problem or "queue.resolved"))
    return redirect(url_for("panel.queue.show"), 303)


def _may_resolve(session: Session, line: Line, alert: Escalation, why: str) -> str | None:
    """Nobody closes what another has unless they say why, and that one is told at once."""
    holder, now = alert.acknowledged_by, line.now()
    if holder is None:
        return "queue.take_first"
    if request.form.get("heard", "") != codes.newest_cry(session, alert):
        return "queue.more_came"
    if holder == viewer().id:
        return None
    if not why:
        return "queue.say_why"
    contact = session.get_one(Contact, alert.contact_id)
    notes.keep(session, line, contact, viewer().id, why, now)
    tell(session, line, holder, "page.resolved_by_other", now, number=alert.number or 0)
    return None


def _found(session: Session, escalation_id: int) -> Escalation:
    """The open alert, locked; 404 for one that is not, or was the line testing itself."""
    known = session.scalar(
        select(Escalation.id).where(
            Escalation.id == escalation_id,
            Escalation.state != holding.RESOLVED,
            Escalation.is_probe.is_(False),
        )
    )
    alert = holding.held(session, known) if known is not None else abort(404)
    return alert if alert.state != holding.RESOLVED else abort(404)


def take_of(session: Session, line: Line, contact_id: int, staff_id: int) -> None:
    """Whoever takes a client's conversation takes their urgent item too, unless another has it."""
    known = session.scalar(
        select(Escalation.id).where(
            Escalation.contact_id == contact_id, Escalation.state != holding.RESOLVED
        )
    )
    if known is not None:
        holding.take(session, line, holding.held(session, known), staff_id, "panel", line.now())
