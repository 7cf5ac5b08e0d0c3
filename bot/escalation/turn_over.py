"""Whoever comes on call hears at once of what a colleague still has, and of what nobody has."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import beside, holding, ladder, paging, roster
from bot.escalation.rota import Rota, on_call
from bot.escalation.telling import audit
from bot.line import Line
from records.models import AuditEntry, Escalation, Page

TOLD = "turn_over"


def due(session: Session, line: Line, now: datetime) -> list[int]:
    """Items that whoever is on call is to be told of."""
    is_real = (~Escalation.is_probe, ~Escalation.is_drill)
    chosen = select(Escalation).where(Escalation.state != holding.RESOLVED, *is_real)
    found = session.scalars(chosen.order_by(Escalation.id)).all()
    rota = roster.load(session, line, now) if found else None
    return [
        one.id
        for one in found
        if _is_news_for(session, line, one, now) or _unpaged(session, line, one, now, rota)
    ]


def tell(session: Session, line: Line, alert_id: int, now: datetime) -> None:
    """Tells whoever is first on call, once, that a colleague has the item. It stays with that one
    until it is handed over: hand-offs may overlap and never gap. What nobody has is paged to them:
    the next rung may be a quarter of an hour away, and who was paged before has gone home."""
    alert = holding.held(session, alert_id)  # somebody may have closed it in this instant
    for staff_id in _unpaged(session, line, alert, now):
        beside.page_one(session, line, alert, staff_id, (ladder.SMS, ladder.VOICE), now)
    first = _is_news_for(session, line, alert, now)
    if first is not None:
        audit(session, alert, TOLD, now, detail=f"staff:{first}")
        holding.tell_taken(session, line, alert, first, now)


def _unpaged(
    session: Session, line: Line, alert: Escalation, now: datetime, rota: Rota | None = None
) -> list[int]:
    """Who is first on call and was not paged about it by the rungs so far, while nobody has it."""
    if alert.state != holding.OPEN or not alert.step or beside.is_resting(line, alert, now):
        return []  # the next rung pages whoever is on call by then
    orders, _ = roster.for_alert(session, line, alert, now, rota)
    paged = paging.paged_people(session, alert)
    firsts = dict.fromkeys(one.first for one in orders)
    return [one for one in firsts if one is not None and one not in paged]


def _is_news_for(session: Session, line: Line, alert: Escalation, now: datetime) -> int | None:
    first = _who_comes(session, line, alert, now)
    return None if first is None or _was_told(session, alert, first) else first


def _who_comes(session: Session, line: Line, alert: Escalation, now: datetime) -> int | None:
    """Who is on call in place of somebody who was on duty when they took the item, or without ever
    having been paged about it: the rota may have been changed since, or a colleague took it."""
    holder, since = alert.acknowledged_by, alert.acknowledged_at
    if holder is None or since is None:
        return None
    first = roster.stands_in(session, line, alert, now)
    then = on_call(since, roster.load(session, line, now)) if first is not None else None
    was_on_duty = then is not None and holder in (then.first, then.second, then.supervisor)
    return first if first and (was_on_duty or _is_new_to(session, alert, first)) else None


def _is_new_to(session: Session, alert: Escalation, staff_id: int) -> bool:
    """Were people paged about it, and this one never?"""
    paged = set(session.scalars(select(Page.staff_id).where(Page.escalation_id == alert.id)))
    return bool(paged) and staff_id not in paged


def _was_told(session: Session, alert: Escalation, staff_id: int) -> bool:
    found = select(AuditEntry.id).where(
        AuditEntry.contact_id == alert.contact_id,
        AuditEntry.subject == f"escalation:{alert.id}",
        AuditEntry.act == TOLD,
        AuditEntry.detail == f"staff:{staff_id}",
        AuditEntry.at >= alert.acknowledged_at,
    )
    return session.scalar(found.limit(1)) is not None
