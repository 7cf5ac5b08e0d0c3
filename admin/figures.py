"""Figures for who watches over the line: how soon urgent items are taken, and who has how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from admin.access import names_of
from bot.escalation import drill, holding
from bot.line import Line
from records.models import Acknowledgement, Conversation, Escalation, QueueItem

BACK = timedelta(days=28)
DRILLS = 8
LEVELS = ("emergency", "urgent")


@dataclass(frozen=True)
class Taking:
    """How long it took until somebody took items of one level; seconds, None without any."""

    level: str
    taken: int
    never: int
    median: int | None
    p90: int | None


@dataclass(frozen=True)
class Load:
    """What one worker has now. `is_over`: as much as the cap, or more."""

    name: str
    urgent: int
    items: int
    conversations: int
    is_over: bool

    @property
    def total(self) -> int:
        return self.urgent + self.items + self.conversations


@dataclass(frozen=True)
class Drilled:
    """One drill. `seconds` until it was taken; None when it runs or nobody took it."""

    at: datetime
    seconds: int | None
    by: str
    is_over: bool


def percentile(seconds: Iterable[int], share: float) -> int | None:
    """The smallest value that at least this share of all lie at or below (nearest rank)."""
    ordered = sorted(seconds)
    return ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None


def takings(session: Session, now: datetime) -> list[Taking]:
    """Real items of the last four weeks, by level."""
    first = func.min(Acknowledgement.at)
    rows = session.execute(
        select(Escalation.level, Escalation.opened_at, first)
        .outerjoin(Acknowledgement, Acknowledgement.escalation_id == Escalation.id)
        .where(
            Escalation.opened_at >= now - BACK,
            Escalation.is_probe.is_(False),
            Escalation.is_drill.is_(False),
        )
        .group_by(Escalation.id, Escalation.level, Escalation.opened_at)
    ).all()
    return [_taking(one, [(o, at) for level, o, at in rows if level == one]) for one in LEVELS]


def _taking(level: str, rows: list[tuple[datetime, datetime | None]]) -> Taking:
    waits = [int((at - opened).total_seconds()) for opened, at in rows if at is not None]
    return Taking(
        level, len(waits), len(rows) - len(waits), percentile(waits, 0.5), percentile(waits, 0.9)
    )


def loads(session: Session, line: Line) -> list[Load]:
    """Everybody who has something, who has most first."""
    urgent = _counted(
        session,
        select(Escalation.acknowledged_by, func.count())
        .where(Escalation.state != holding.RESOLVED, Escalation.acknowledged_by.is_not(None))
        .group_by(Escalation.acknowledged_by),
    )
    items = _counted(
        session,
        select(QueueItem.taken_by, func.count())
        .where(QueueItem.resolved_at.is_(None), QueueItem.taken_by.is_not(None))
        .group_by(QueueItem.taken_by),
    )
    talks = _counted(
        session,
        select(Conversation.handed_off_to, func.count())
        .where(Conversation.handed_off_at.is_not(None), Conversation.handed_off_to.is_not(None))
        .group_by(Conversation.handed_off_to),
    )
    names = names_of(session, line, {*urgent, *items, *talks})
    cap = line.config.load_cap
    found = [
        Load(name, urgent[i], items[i], talks[i], urgent[i] + items[i] + talks[i] >= cap)
        for i, name in names.items()
    ]
    return sorted(found, key=lambda one: (-one.total, one.name))


def _counted(session: Session, chosen: Select[int | None, int]) -> Counter[int]:
    return Counter({i: n for i, n in session.execute(chosen) if i is not None})


def nobodys(session: Session) -> tuple[int, int]:
    """Open urgent items and other open items that nobody has."""
    urgent = select(func.count()).where(
        Escalation.state == holding.OPEN, Escalation.is_probe.is_(False)
    )
    items = select(func.count()).where(
        QueueItem.resolved_at.is_(None), QueueItem.taken_by.is_(None)
    )
    return session.scalar(urgent) or 0, session.scalar(items) or 0


def drills(session: Session, line: Line) -> list[Drilled]:
    """The last drills, newest first."""
    rows = session.execute(
        select(Escalation, func.min(Acknowledgement.at), func.min(Acknowledgement.staff_id))
        .outerjoin(Acknowledgement, Acknowledgement.escalation_id == Escalation.id)
        .where(Escalation.is_drill)
        .group_by(Escalation.id)
        .order_by(Escalation.opened_at.desc(), Escalation.id.desc())
        .limit(DRILLS)
    ).all()
    names = names_of(session, line, {staff for _, _, staff in rows if staff})
    return [
        Drilled(
            at=row.opened_at,
            seconds=int((at - row.opened_at).total_seconds()) if at else None,
            by=names.get(staff or 0, ""),
            is_over=row.outcome == drill.MISSED,
        )
        for row, at, staff in rows
    ]
