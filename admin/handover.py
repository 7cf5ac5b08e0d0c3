"""Handing over: a turn on call or one urgent item, asked of a colleague who confirms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import Viewer, may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot.escalation import handing_over, holding, roster
from bot.escalation.handing_over import HandoverError
from bot.line import Line
from records.errors import MendableError
from records.keystore import SYSTEM
from records.models import Contact, Escalation, Handover

bp = Blueprint("handover", __name__, url_prefix="/hand-over")
HOURS = (4, 8, 12, 16, 24)
LONGEST = 1000


@dataclass(frozen=True)
class Asked:
    """A hand-over that waits for its answer. `number` is that of one urgent item, else 0."""

    id: int
    other: str
    is_mine_to_answer: bool
    slot: str | None
    number: int
    until_at: datetime | None
    asked_at: datetime
    words: str


@bp.post("/turn")
@may(Permission.ANSWER_CLIENTS)
def turn() -> Response:
    line, now = the_line(), the_line().now()
    hours = request.form.get("hours", type=int)
    if hours not in HOURS:
        abort(404)
    slot, people = request.form.get("slot", ""), (viewer().id, _chosen())

    def ask(session: Session) -> object:
        until = now + timedelta(hours=hours)
        return handing_over.ask_turn(session, line, slot, people, until, _words(), now)

    return _ask(ask, "on_call.show")


@bp.post("/item/<int:escalation_id>")
@may(Permission.ANSWER_CLIENTS)
def item(escalation_id: int) -> Response:
    line, now = the_line(), the_line().now()

    def ask(session: Session) -> object:
        known = session.scalar(
            select(Escalation.id).where(
                Escalation.id == escalation_id, Escalation.state != holding.RESOLVED
            )
        )
        alert = holding.held(session, known) if known is not None else abort(404)
        return handing_over.ask_item(session, line, alert, (viewer().id, _chosen()), _words(), now)

    return _ask(ask, "queue.show")


def _chosen() -> int:
    return request.form.get("to", default=0, type=int)


def _words() -> str:
    return request.form.get("words", "").replace("\r\n", "\n").strip()[:LONGEST]


def _ask(ask: Callable[[Session], object], page: str) -> Response:
    line, said = the_line(), "handover.asked"
    try:
        with line.database.write() as session:
            ask(session)
    except HandoverError as error:
        said = f"handover.no_{error.args[0]}"
    line.wake.now()
    flash(t(said))
    return redirect(url_for(f"panel.{page}"), 303)


@bp.post("/<int:handover_id>/<any(accept, decline, withdraw):answer>")
@may(Permission.ANSWER_CLIENTS)
def settle(handover_id: int, answer: str) -> Response:
    line, now = the_line(), the_line().now()
    with line.database.write() as session:
        row = handing_over.find(session, handover_id) or abort(404)
        if viewer().id != (row.from_staff_id if answer == "withdraw" else row.to_staff_id):
            abort(404)
        if answer == "accept":
            answer = "accept" if handing_over.accept(session, line, row, now) else "withdraw"
        elif answer == "decline":
            handing_over.decline(session, line, row, now)
        else:
            handing_over.withdraw(session, row, now)
    line.wake.now()
    flash(t(f"handover.done_{answer}"))
    return redirect(url_for("panel.queue.show"), 303)


def asked_of(session: Session, line: Line, viewer: Viewer) -> list[Asked]:
    """What waits for this person's yes, and what they wait for themselves, oldest first."""
    rows = session.scalars(
        select(Handover)
        .where(
            Handover.state == handing_over.ASKED,
            or_(Handover.to_staff_id == viewer.id, Handover.from_staff_id == viewer.id),
        )
        .order_by(Handover.asked_at, Handover.id)
    ).all()
    names = names_of(
        session, line, {n for row in rows for n in (row.from_staff_id, row.to_staff_id)}
    )
    return [_shown(session, line, viewer, row, names) for row in rows]


def _shown(
    session: Session, line: Line, viewer: Viewer, row: Handover, names: dict[int, str]
) -> Asked:
    is_mine = row.to_staff_id == viewer.id
    alert = session.get(Escalation, row.escalation_id) if row.escalation_id else None
    try:
        words = _words_of(session, line, row)
    except MendableError:
        words = t("missing.erased")
    return Asked(
        id=row.id,
        other=names.get(row.from_staff_id if is_mine else row.to_staff_id, ""),
        is_mine_to_answer=is_mine,
        slot=row.slot,
        number=(alert.number or 0) if alert else 0,
        until_at=row.until_at,
        asked_at=row.asked_at,
        words=visible(words),
    )


def _words_of(session: Session, line: Line, row: Handover) -> str:
    """What the first one wrote. Raises ErasedError when it was about an erased client."""
    if row.note_sealed is None:
        return ""
    ref = SYSTEM
    if row.escalation_id is not None:
        alert = session.get_one(Escalation, row.escalation_id)
        ref = session.get_one(Contact, alert.contact_id).data_key
    return line.vault.open(ref, f"handover.note:{row.id}", row.note_sealed)


def helpers(session: Session, line: Line, viewer: Viewer, now: datetime) -> list[tuple[int, str]]:
    """Id and name of each colleague who could take over."""
    if not viewer.may(Permission.ANSWER_CLIENTS):
        return []
    rows = roster.colleagues(session, line, viewer.id, now)
    names = names_of(session, line, {row.id for row in rows})
    return [(row.id, names[row.id]) for row in rows]
