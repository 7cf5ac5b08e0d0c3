"""Who looked at which client, and which of these looks came with no work for that client."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from records.models import AuditEntry

#: Acts by which a worker saw something of a client.
SEEING = ("read_", "reveal_", "made_copy", "find_client")
#: Work for a client this long before or after a look explains it.
NEAR = timedelta(days=2)
#: So many clients in one day, looked at with no work for them, are put before a supervisor.
UNUSUAL = 10
#: So many pairs of worker and client stand on one page.
A_PAGE = 100


@dataclass(frozen=True)
class Look:
    """What one worker saw of one client: how often, and from when to when."""

    actor: str
    contact_id: int
    acts: tuple[str, ...]
    times: int
    first_at: datetime
    last_at: datetime
    has_work: bool


def looks(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    actor: str | None = None,
    contact_id: int | None = None,
    skip: int = 0,
) -> tuple[list[Look], int]:
    """Pairs of worker and client with a look in this time, unexplained ones first: at most
    A_PAGE of them after the first `skip`, and how many there are in all."""
    pairs = _pairs(session, since, until, actor, contact_id).add_columns(func.count().over())
    wanted = pairs.order_by("work", "actor", "first", "contact_id")
    rows = session.execute(wanted.limit(A_PAGE).offset(skip)).all()
    acts = _acts(session, since, until, {row[1] for row in rows})
    found = [
        Look(who, whom, tuple(acts[who, whom]), times, first, last, bool(work))
        for who, whom, times, first, last, work, _ in rows
    ]
    return found, rows[0][-1] if rows else 0


def _pairs(
    session: Session, since: datetime, until: datetime, actor: str | None, contact_id: int | None
) -> Select[str, int | None, Any, Any, Any, Any]:
    """One row a pair, counted by the database: a year of a busy office is too much to carry."""
    # By name: comparing each act with the beginnings of names took most of the time.
    done = session.scalars(select(AuditEntry.act).where(AuditEntry.at >= since - NEAR).distinct())
    seeing = AuditEntry.act.in_([act for act in done if act.startswith(SEEING)])
    pair = (AuditEntry.actor, AuditEntry.contact_id)
    by_staff = and_(AuditEntry.contact_id.is_not(None), AuditEntry.actor.startswith("staff:"))
    if actor is not None:
        by_staff = and_(by_staff, AuditEntry.actor == actor)
    if contact_id is not None:
        by_staff = and_(by_staff, AuditEntry.contact_id == contact_id)
    at = AuditEntry.at
    seen = (
        select(*pair, func.count().label("times"), func.min(at).label("first"),
               func.max(at).label("last"))
        .where(seeing, at >= since, at <= until, by_staff)
        .group_by(*pair)
        .subquery()
    )  # fmt: skip
    worked = (
        select(*pair)
        .where(~seeing, at >= since - NEAR, at <= until + NEAR, by_staff)
        .distinct()
        .subquery()
    )
    same = and_(seen.c.actor == worked.c.actor, seen.c.contact_id == worked.c.contact_id)
    has_work = case((worked.c.actor.is_(None), 0), else_=1).label("work")
    return select(*seen.c, has_work).outerjoin(worked, same)


def _seeing() -> ColumnElement[bool]:
    return or_(*(AuditEntry.act.startswith(start, autoescape=True) for start in SEEING))


def _acts(
    session: Session, since: datetime, until: datetime, contacts: set[int | None]
) -> dict[tuple[str, int | None], list[str]]:
    """What was done by each pair, in the order in which it was first done."""
    acts: dict[tuple[str, int | None], list[str]] = defaultdict(list)
    chosen = (
        select(AuditEntry.actor, AuditEntry.contact_id, AuditEntry.act)
        .where(AuditEntry.contact_id.in_(contacts), _seeing())
        .where(AuditEntry.at >= since, AuditEntry.at <= until)
        .group_by(AuditEntry.actor, AuditEntry.contact_id, AuditEntry.act)
        .order_by(func.min(AuditEntry.at))
    )
    for who, whom, act in session.execute(chosen):
        acts[who, whom].append(act)
    return acts


def unusual(session: Session, now: datetime) -> list[str]:
    """Workers who looked at many clients in the last day with no work for them."""
    pairs = _pairs(session, now - timedelta(days=1), now, None, None).subquery()
    counted = (
        select(pairs.c.actor)
        .where(pairs.c.work == 0)
        .group_by(pairs.c.actor)
        .having(func.count() >= UNUSUAL)
    )
    return sorted(session.scalars(counted))
