"""Tries the pager with a real page about nobody, to see how soon somebody takes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import people
from bot.case import add_item
from bot.escalation import alerts, holding
from bot.line import Line
from records.audit import note
from records.models import Contact, Escalation

#: The contact that drills are about: it has no phone.
CHANNEL = "drill"
KIND, LEVEL = "drill", "urgent"
#: By then everybody has been paged twice.
ENDS_AFTER = timedelta(minutes=60)
MISSED = "drill_missed"
NOBODY = 0


def begin(session: Session, line: Line, actor: str, now: datetime) -> Escalation | None:
    """Opens a drill, whose ladder is that of a real urgent item.

    None while a real item or another drill is open: a drill may never be in the way.
    """
    is_open = select(Escalation.id).where(
        Escalation.state != holding.RESOLVED, Escalation.is_probe.is_(False)
    )
    if session.scalar(is_open.limit(1)) is not None:
        return None
    contact = _nobody(session, line, now)
    alert = Escalation(
        number=alerts.next_number(session),
        contact_id=contact.id,
        level=LEVEL,
        kind=KIND,
        is_drill=True,
        # Nobody is written to about it, by whatever path.
        is_silent=True,
        cannot_text=True,
        ladder_at=now,
        next_at=now,
        opened_at=now,
        message_id=NOBODY,
    )
    session.add(alert)
    session.flush()
    note(session, now, actor, "drill", subject=f"escalation:{alert.id}")
    return alert


def _nobody(session: Session, line: Line, now: datetime) -> Contact:
    found = people.find(session, line, CHANNEL, CHANNEL)
    return (found or people.make(session, line, CHANNEL, CHANNEL, now)).contact


def open_one(session: Session) -> Escalation | None:
    """The drill that runs, if one does."""
    return session.scalar(
        select(Escalation).where(Escalation.state != holding.RESOLVED, Escalation.is_drill)
    )


def last_at(session: Session) -> datetime | None:
    """When the newest drill began."""
    return session.scalar(
        select(Escalation.opened_at)
        .where(Escalation.is_drill)
        .order_by(Escalation.opened_at.desc())
        .limit(1)
    )


def is_in_the_way(session: Session) -> bool:
    """Has a client's item been opened meanwhile? Then no phone may ring for a drill, and a bare
    "yes" means that client."""
    real = select(Escalation.id).where(
        Escalation.state != holding.RESOLVED, ~Escalation.is_probe, ~Escalation.is_drill
    )
    return session.scalar(real.limit(1)) is not None


def is_over(session: Session, alert: Escalation, now: datetime) -> bool:
    """Is its hour over, or does a client wait?"""
    return now >= alert.opened_at + ENDS_AFTER or is_in_the_way(session)


def end_missed(session: Session, alert_id: int, now: datetime) -> None:
    """Nobody took it: it ends, and supervisors hear of it unless it gave way to a client."""
    alert = holding.held(session, alert_id)
    if alert.state == holding.RESOLVED or not is_over(session, alert, now):
        return
    holding.resolve(session, alert, NOBODY, MISSED, now)
    if is_in_the_way(session):
        return
    add_item(session, now, "alarm", "urgent", dedupe_key=f"alarm:{MISSED}", subject=MISSED)
