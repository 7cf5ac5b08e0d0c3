"""Whose turn on call is over may still have an urgent item: whoever comes on call hears of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import holding, roster
from bot.escalation.rota import on_call
from bot.escalation.telling import audit
from bot.line import Line
from records.models import AuditEntry, Escalation, Page

TOLD = "turn_over"


def due(session: Session, line: Line, now: datetime) -> list[int]:
    """Items of whose holder somebody is to be told."""
    chosen = select(Escalation).where(Escalation.state == holding.ACKNOWLEDGED)
    found = session.scalars(chosen.order_by(Escalation.id)).all()
    return [one.id for one in found if _is_news_for(session, line, one, now) is not None]


def tell(session: Session, line: Line, alert_id: int, now: datetime) -> None:
    """Tells whoever is first on call, once, that a colleague has the item. It stays with that one
    until it is handed over: hand-offs may overlap and never gap."""
    alert = holding.held(session, alert_id)  # somebody may have closed it in this instant
    first = _is_news_for(session, line, alert, now)
    if first is not None:
        audit(session, alert, TOLD, now, detail=f"staff:{first}")
        holding.tell_taken(session, line, alert, first, now)


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
