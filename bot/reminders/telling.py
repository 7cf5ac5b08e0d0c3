"""Sends who waits for a place the news of its date, after whoever has a place."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.checkins import gate
from bot.checkins.writing import queue
from bot.due import each, next_of
from bot.engine import Text, When
from bot.line import Line
from bot.outbox.judge import ALERT_PAUSE
from bot.reminders import planning
from bot.reminders.when import LAST_CALL, TIME_TO_COME
from bot.reminders.writing import PURPOSE, cover_of, marked
from bot.safe import Verdict
from records.models import Address, Contact, Event, Occurrence, WaitingNews, WaitingPlace
from records.models.bookings import DROPPED, PLANNED, SENT, WAITING

CONSENT = "reminders"
FAILED = "waiting_news_failed"


def run(line: Line, now: datetime, limit: int) -> None:
    """Settles up to `limit` news that are due."""
    due = (
        select(WaitingNews.id, WaitingNews.contact_id)
        .where(WaitingNews.state == PLANNED, WaitingNews.due_at <= now)
        .order_by(WaitingNews.due_at, WaitingNews.id)
    )
    each(line, due, _settle, now, FAILED, limit)


def next_at(session: Session, line: Line, now: datetime) -> datetime | None:
    """When the next of it is due."""
    planned = WaitingNews.state == PLANNED
    return next_of(session, line, now, FAILED, WaitingNews.id, WaitingNews.due_at, planned)


def _settle(session: Session, line: Line, contact: Contact, row_id: int, now: datetime) -> None:
    row = session.scalars(
        select(WaitingNews).where(WaitingNews.id == row_id).with_for_update()
    ).one()
    if row.state != PLANNED or row.due_at > now:
        return
    occurrence = session.get_one(Occurrence, row.occurrence_id)
    address = gate.address_of(session, contact.id)
    last = occurrence.starts_at - LAST_CALL
    reason = _stale(row, session.get_one(WaitingPlace, row.waiting_id))
    reason = reason or ("late" if now >= last else None)
    if reason is None:
        verdict = _when(session, line, contact, address, now)
        latest = min(last, occurrence.starts_at - TIME_TO_COME + timedelta(seconds=1))
        if verdict.at is not None and now < verdict.at < latest:
            row.due_at = verdict.at
            return
        reason = verdict.reason if verdict.at != now else None
    row.settled_at = now
    if reason is not None or address is None:
        row.state, row.reason = DROPPED, reason
        return
    event = session.get_one(Event, occurrence.event_id)
    text = _text_of(contact, row, occurrence, event)
    sent = queue(session, line, contact, address, text, PURPOSE, now, last)
    row.state, row.message_id = SENT, sent.id


def _stale(row: WaitingNews, place: WaitingPlace) -> str | None:
    """They have a place since, or left the list: why this news is none for them any more."""
    holds = row.step == planning.CANCELLED or place.state == WAITING
    return None if holds else place.state


def _when(
    session: Session, line: Line, contact: Contact, address: Address | None, now: datetime
) -> Verdict:
    """An open alert is waited out: whoever answers it must not be talked over."""
    refusal = gate.refusal(session, line, contact, address, CONSENT)
    if refusal == "alert":
        return Verdict(now + ALERT_PAUSE, refusal)
    if refusal not in (None, "with_person"):
        return Verdict(None, refusal)
    return gate.when(session, line, contact, PURPOSE, now)


def _text_of(contact: Contact, row: WaitingNews, occurrence: Occurrence, event: Event) -> Text:
    """What is said. What it is and where it is are never in it."""
    when = When(occurrence.starts_at.astimezone(ZoneInfo(event.zone)))
    name, params = f"wait_{row.step}", {"cover": cover_of(contact), "when": when}
    return marked(event, Text(f"reminder.{name}", params))
