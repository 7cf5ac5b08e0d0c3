"""The calendar for workers' own phones: dates and places, never who comes."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar
from icalendar import Event as Entry
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.line import Line
from records.audit import note
from records.ids import new_id, new_token
from records.models import CalendarFeed, Event, Occurrence, Staff

BACK, AHEAD = timedelta(days=14), timedelta(days=92)


def make(session: Session, staff_id: int, now: datetime) -> str:
    """A new address for this worker; returns its token, which is kept nowhere."""
    token = new_token()
    row = CalendarFeed(id=new_id(), staff_id=staff_id, token_hash=hashed(token), created_at=now)
    session.add(row)
    note(session, now, f"staff:{staff_id}", "make_feed", subject=f"feed:{row.id}")
    return token


def revoke(session: Session, feed_id: int, staff_id: int, now: datetime) -> bool:
    """Ends one of this worker's addresses; False when it is not theirs or ended."""
    row = session.get(CalendarFeed, feed_id)
    if row is None or row.staff_id != staff_id or row.revoked_at is not None:
        return False
    row.revoked_at = now
    note(session, now, f"staff:{staff_id}", "revoke_feed", subject=f"feed:{row.id}")
    return True


def revoke_all(session: Session, staff_id: int, now: datetime) -> None:
    """Ends every address of a worker who begins anew: the phone that read them may be lost."""
    session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.staff_id == staff_id, CalendarFeed.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def holder(session: Session, token: str) -> Staff | None:
    """The worker whose address this is, while it holds and they work here."""
    return session.scalar(
        select(Staff)
        .join(CalendarFeed, CalendarFeed.staff_id == Staff.id)
        .where(
            CalendarFeed.token_hash == hashed(token),
            CalendarFeed.revoked_at.is_(None),
            Staff.is_active,
        )
    )


def hashed(token: str) -> str:
    """What is kept of a token: its SHA-256 (hex)."""
    return hashlib.sha256(token.encode()).hexdigest()


def text_of(session: Session, line: Line, now: datetime) -> bytes:
    """The dates of the last fortnight and the next quarter as an iCalendar file."""
    calendar = Calendar()
    calendar.add("prodid", "-//text line//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Dates")
    host = urlsplit(line.config.public_url).hostname or "localhost"
    rows = session.execute(
        select(Occurrence, Event)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.starts_at > now - BACK, Occurrence.starts_at < now + AHEAD)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    for row, event in rows:
        calendar.add_component(_entry(row, event, host))
    content: bytes = calendar.to_ical()
    return content


def _entry(row: Occurrence, event: Event, host: str) -> Entry:
    entry = Entry()
    entry.add("uid", f"{row.id}@{host}")
    entry.add("dtstamp", row.changed_at or event.created_at)
    entry.add("dtstart", row.starts_at)
    entry.add("dtend", row.ends_at)
    entry.add("summary", event.name)
    if event.place:
        entry.add("location", event.place)
    entry.add("sequence", row.revision)
    entry.add("status", "CONFIRMED" if row.state == "planned" else "CANCELLED")
    return entry
