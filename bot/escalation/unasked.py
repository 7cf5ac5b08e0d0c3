"""An urgent item that no text opened: a client's timer ran out, or a caller wants a call back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.case import add_item
from bot.escalation import alerts, paging
from bot.escalation.telling import audit
from bot.line import Line
from bot.triage import Level
from records.models import Contact, Escalation


def open_by_timer(
    session: Session, line: Line, contact: Contact, message_id: int, kind: str, now: datetime
) -> Escalation:
    """A client's own timer ran out: people are paged, and the phone hears nothing of it."""
    return _open(session, line, contact, message_id, kind, Level.EMERGENCY, now)


def open_by_call(
    session: Session, line: Line, contact: Contact, message_id: int, kind: str, now: datetime
) -> Escalation:
    """A caller whom nobody answered wants to be called back: no text goes to that phone."""
    return _open(session, line, contact, message_id, kind, Level.URGENT, now)


def _open(
    session: Session,
    line: Line,
    contact: Contact,
    message_id: int,
    kind: str,
    level: Level,
    now: datetime,
) -> Escalation:
    alert = Escalation(
        number=alerts.next_number(session),
        contact_id=contact.id,
        level=level.value,
        kind=kind,
        is_silent=True,
        cannot_text=level is Level.URGENT,
        ladder_at=now,
        next_at=now,
        opened_at=now,
        message_id=message_id,
    )
    session.add(alert)
    session.flush()
    audit(session, alert, "alert_opened", now, detail=f"{level.value} {kind}")
    key = f"urgent:{contact.id}"
    add_item(session, now, "urgent", alert.level, contact.id, message_id, key)
    paging.climb(session, line, alert, now)
    return alert
