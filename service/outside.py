"""What a watcher outside sees: is the line alive, is it keeping up. Counts only, never words."""

from __future__ import annotations

import hmac
from datetime import datetime

from flask import Blueprint, Response, abort, jsonify, request
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot.line import Line
from bot.outbox import carriers
from bot.outbox.gate import unfinished
from records.models import Heartbeat, Message, QueueItem

STALE_TICK_SECONDS = 30
LEVELS = ("emergency", "urgent", "routine")
LOOPBACK = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


def create(line: Line) -> Blueprint:
    """GET /healthz (process and database), /readyz (also the scheduler), /metrics."""
    bp = Blueprint("outside", __name__)

    @bp.get("/healthz")
    def healthz() -> tuple[Response, int]:
        try:
            with line.database.read() as session:
                session.execute(select(1))
        except SQLAlchemyError:
            return jsonify(status="database does not answer"), 503
        return jsonify(status="ok"), 200

    @bp.get("/readyz")
    def readyz() -> tuple[Response, int]:
        try:
            age = _tick_age(line)
        except SQLAlchemyError:
            return jsonify(status="database does not answer"), 503
        if age is None or age > STALE_TICK_SECONDS:
            return jsonify(status="the scheduler does not tick", tick_age_seconds=age), 503
        return jsonify(status="ok", tick_age_seconds=age), 200

    @bp.get("/metrics")
    def metrics() -> Response:
        if not _may_see(line):
            abort(404)
        return Response(_lines(figures(line)), mimetype="text/plain; version=0.0.4")

    return bp


def _lines(seen: dict[str, float | None]) -> str:
    known = {name: value for name, value in seen.items() if value is not None}
    return "".join(f"alluriarniq_{name} {value}\n" for name, value in known.items())


def _may_see(line: Line) -> bool:
    token = line.config.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    forwarded = request.headers.get("X-Forwarded-For")
    return request.remote_addr in LOOPBACK and not forwarded


def _tick_age(line: Line) -> float | None:
    """Nothing is counted for this: anybody may ask it, as often as they like."""
    with line.database.read() as session:
        return _age(line.now(), session.scalar(select(func.max(Heartbeat.ticked_at))))


def figures(line: Line) -> dict[str, float | None]:
    """Tick age, oldest due text, queue depths and failures: seconds and counts."""
    now = line.now()
    with line.database.read() as session:
        ticked = session.scalar(select(func.max(Heartbeat.ticked_at)))
        first = 100 if line.config.second is None else carriers.weight(session, now)
        return {
            "tick_age_seconds": _age(now, ticked),
            **_texts(session, now),
            **_queue(session),
            "carrier1_weight": first,
            "carrier2_weight": 100 - first,
            "texts_switched_total": carriers.switched(session),
        }


def _texts(session: Session, now: datetime) -> dict[str, float | None]:
    due, oldest = session.execute(
        select(func.count(), func.min(Message.due_at)).where(unfinished(), Message.due_at <= now)
    ).one()
    unknown = session.scalar(select(func.count()).where(unfinished(), Message.state == "unknown"))
    return {
        "oldest_due_seconds": _age(now, oldest) or 0.0,
        "texts_due": due,
        "texts_unknown": unknown or 0,
    }


def _queue(session: Session) -> dict[str, float | None]:
    is_open = QueueItem.resolved_at.is_(None)
    failures = session.scalar(
        select(func.count())
        .select_from(QueueItem)
        .where(QueueItem.kind == "not_delivered", is_open)
    )
    items = session.execute(
        select(QueueItem.level, func.count()).where(is_open).group_by(QueueItem.level)
    )
    by_level = {level: count for level, count in items}
    return {
        "texts_not_delivered": failures or 0,
        **{f"queue_{level}": by_level.get(level, 0) for level in LEVELS},
    }


def _age(now: datetime, then: datetime | None) -> float | None:
    return None if then is None else round(max(0.0, (now - then).total_seconds()), 3)
