"""News for many: written, weighed, confirmed, undone within a minute, and watched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Row, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.broadcasts import sending, weighing
from bot.calendar.rule import instant_of
from bot.discreet import telling_words
from bot.escalation.calls import own_id
from bot.line import Line
from records.ids import new_token
from records.keystore import SYSTEM
from records.models import Broadcast, BroadcastText, Event, Message, Occurrence
from records.models.messages import ACCEPTED, UNFINISHED

bp = Blueprint("broadcasts", __name__, url_prefix="/broadcasts")
LONGEST = 300
SHOWN = 10
FAR = timedelta(days=8)
#: Looks like the number of a person: it has no place in a text to many.
LONG_NUMBER = r"\d(?:[\s.()-]*\d){6}"


@dataclass(frozen=True)
class Draft:
    """What the form says; `problem` names what is wrong with it."""

    body: str
    inuktitut: str
    french: str
    occurrence_id: int | None
    topic: str
    until: str
    useful_until: datetime | None
    problem: str | None


@bp.get("")
@may(Permission.BROADCAST)
def show() -> str:
    return _page()


@bp.post("/weigh")
@may(Permission.BROADCAST)
def weigh() -> str | tuple[str, int]:
    """Tells what it would come to. Nothing is stored yet."""
    line = the_line()
    with line.database.read() as session:
        draft, weight, problem = _weighed(session, line)
    if problem is not None:
        return _page(draft, problem), 422
    return _page(draft, None, weight, new_token())


@bp.post("")
@may(Permission.BROADCAST)
def send() -> Response | tuple[str, int]:
    line = the_line()
    with line.database.read() as session:
        draft, weight, problem = _weighed(session, line)
    token = request.form.get("token", "")[:40]
    if problem is not None or weight is None or draft.useful_until is None or not token:
        return _page(draft, problem or "wrong"), 422
    try:
        with line.database.write() as session:
            sending.begin(
                session, line, token=token, occurrence_id=draft.occurrence_id,
                topic=draft.topic, body=draft.body, inuktitut=draft.inuktitut or None,
                french=draft.french or None, expected=weight.total,
                useful_until=draft.useful_until, staff_id=viewer().id, now=line.now(),
            )  # fmt: skip
        flash(t("broadcast.begun"))
    except IntegrityError:
        pass  # the same form again: it is on its way already
    line.wake.now(is_urgent=False)
    return redirect(url_for("panel.broadcasts.show"), 303)


@bp.post("/<int:broadcast_id>/undo")
@may(Permission.BROADCAST)
def undo(broadcast_id: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        is_undone = sending.undo(session, broadcast_id, viewer().id, line.now())
    flash(t("broadcast.undone" if is_undone else "broadcast.too_late"))
    return redirect(url_for("panel.broadcasts.show"), 303)


def _weighed(session: Session, line: Line) -> tuple[Draft, weighing.Weight | None, str | None]:
    draft = _draft(line)
    if draft.problem is not None or draft.useful_until is None:
        return draft, None, draft.problem or "until"
    weight = weighing.weigh(
        session,
        line,
        draft.occurrence_id,
        draft.body,
        draft.inuktitut or None,
        line.now(),
        draft.topic,
        draft.french or None,
    )
    if not weight.total:
        return draft, weight, "nobody"
    if weight.ends_at is None or weight.ends_at > draft.useful_until:
        return draft, weight, "too_long"
    return draft, weight, None


def _draft(line: Line) -> Draft:
    said = body, inuktitut, french = _typed("body"), _typed("inuktitut"), _typed("french")
    until, now = request.form.get("until", "").strip(), line.now()
    try:
        useful: datetime | None = instant_of(until[:16], line.config.zone)
    except ValueError:
        useful = None
    problem = None
    if not body or max(map(len, said)) > LONGEST:
        problem = "length"
    elif telling_words(" ".join(said)):
        problem = "telling"
    elif any(re.search(LONG_NUMBER, words) for words in said):
        problem = "personal"
    elif useful is None or not now < useful <= now + FAR:
        problem = "until"
    to = request.form.get("date", "").strip()
    date_id, topic = own_id(to), to if to in weighing.TOPICS else ""
    return Draft(body, inuktitut, french, date_id, topic, until, useful, problem)


def _typed(name: str) -> str:
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def _page(
    draft: Draft | None = None,
    problem: str | None = None,
    weight: weighing.Weight | None = None,
    token: str = "",
) -> str:
    line = the_line()
    now = line.now()
    with line.database.read() as session:
        rows = session.scalars(select(Broadcast).order_by(Broadcast.id.desc()).limit(SHOWN)).all()
        names = names_of(session, line, {row.created_by for row in rows})
        shown = [(row, _words(line, row), _progress(session, row)) for row in rows]
        dates = _dates_ahead(session, now)
    return render_template(
        "panel/broadcasts.html",
        draft=draft,
        problem=problem,
        weight=weight,
        token=token,
        rows=shown,
        names=names,
        dates=dates,
        topics=weighing.TOPICS,
        now=now,
        until=draft.until if draft else _tonight(line, now),
    )


def _dates_ahead(session: Session, now: datetime) -> Sequence[Row[int, datetime, str]]:
    """The dates whose people can be written to: id, beginning, name."""
    return session.execute(
        select(Occurrence.id, Occurrence.starts_at, Event.name)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.starts_at > now, Occurrence.starts_at < now + FAR)
        .order_by(Occurrence.starts_at, Occurrence.id)
    ).all()


def _tonight(line: Line, now: datetime) -> str:
    return f"{line.local(now):%Y-%m-%d}T20:30"


def _words(line: Line, row: Broadcast) -> str:
    return line.vault.open(SYSTEM, f"broadcast.body:{row.id}", row.body_sealed)


def _progress(session: Session, row: Broadcast) -> dict[str, int]:
    """How many left, still wait, and did not go."""
    found = session.execute(
        select(Message.state, func.count())
        .join(BroadcastText, BroadcastText.message_id == Message.id)
        .where(BroadcastText.broadcast_id == row.id)
        .group_by(Message.state)
    )
    states = {state: number for state, number in found}
    gone = sum(states.get(state, 0) for state in ACCEPTED)
    waits = sum(states.get(state, 0) for state in UNFINISHED)
    return {"gone": gone, "waits": waits, "not": row.dropped + sum(states.values()) - gone - waits}
