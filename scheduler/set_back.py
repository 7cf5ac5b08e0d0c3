"""Notices that the machine's clock was set back, and waits for nothing that long any more."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.escalation.holding import RESOLVED
from bot.line import Line
from bot.outbox.gate import CLOCKS_APART, unfinished
from records.models import (
    Acknowledgement,
    Base,
    Escalation,
    Heartbeat,
    Message,
    Page,
    SafetyTimer,
)
from records.models.messages import Lane, State

log = structlog.get_logger()


# What was to happen in a minute by a clock that was an hour ahead is an hour and a minute away once
# it is put right. On PostgreSQL all go by the database's clock, which nobody sets from here.
def run(line: Line, now: datetime) -> None:
    """Brings nearer, by as much as the clock went back, what waits for a span of time to pass.

    What is meant for an hour of the day (reminders, check-ins, pages in staffed hours) stays.
    """
    if not line.database.is_sqlite:
        return
    with line.database.read() as session:
        newest = session.scalar(select(func.max(Heartbeat.ticked_at)))
    if newest is None or newest <= now + CLOCKS_APART:
        return
    with line.database.write() as session:
        for nearer in (_alerts, _texts, _timers):
            nearer(session, now, newest - now)
        # By the newest of these it was noticed: once is enough.
        session.execute(update(Heartbeat).where(Heartbeat.ticked_at > now).values(ticked_at=now))
    line.resting.forget()
    log.warning("clock_set_back", seconds=int((newest - now).total_seconds()))


def _alerts(session: Session, now: datetime, by: timedelta) -> None:
    for alert in session.scalars(select(Escalation).where(Escalation.state != RESOLVED)):
        _move(alert, by, "silence_at", "tell_at", "ack_expires_at", "raised_at")
        # What was done while it was ahead was done before what comes now.
        done = ("opened_at", "acknowledged_at", "human_at", "noted_at")
        _move(alert, by, *(name for name in done if (getattr(alert, name) or now) > now))
        if alert.pages_when == "always":
            # Both, so that a rung too high for the time that has really passed is due now.
            _move(alert, by, "ladder_at", "next_at")
    for taken in session.scalars(select(Acknowledgement).where(Acknowledgement.at > now)):
        _move(taken, by, "at")
    for page in session.scalars(select(Page).where(Page.check_at.is_not(None))):
        _move(page, by, "check_at")


def _texts(session: Session, now: datetime, by: timedelta) -> None:
    soon = and_(unfinished(), or_(Message.lane <= Lane.REPLY, Message.state == State.UNKNOWN))
    # Pages that went count too: the next to the same phone keeps its distance from them.
    ahead = and_(Message.due_at > now, or_(soon, Message.staff_id.is_not(None)))
    for message in session.scalars(select(Message).where(ahead)):
        _move(message, by, "due_at")
    for message in session.scalars(select(Message).where(unfinished())):
        _move(message, by, "lease_until_at")


def _timers(session: Session, now: datetime, by: timedelta) -> None:
    for timer in session.scalars(select(SafetyTimer).where(SafetyTimer.closed_at.is_(None))):
        if timer.started_at > now:
            _move(timer, by, "ends_at")
        if timer.started_at > now or timer.step:
            _move(timer, by, "next_at")


def _move(row: Base, by: timedelta, *names: str) -> None:
    for name in names:
        at: datetime | None = getattr(row, name)
        if at is not None:
            setattr(row, name, at - by)
