"""Tells those who asked for it that there is something new, and shows it when they ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import people, safe
from bot.checkins import gate
from bot.engine import Text
from bot.keywords import fold
from bot.line import Line
from bot.reports.keeping import worded
from bot.saying import say_to
from records.audit import note
from records.errors import MendableError
from records.ids import new_id
from records.models import Consent, Contact, Report, ReportBatch
from records.models.messages import Lane

PURPOSE = "safety_note"
CONSENT = "safety_notes"
#: The conversation that shows what is new.
READ = "notes"
SHOWN = 3
#: A notice that could not go for so long is no news any more.
USEFUL_FOR = timedelta(days=2)


def release(
    session: Session, line: Line, ids: Sequence[int], staff_id: int, now: datetime
) -> ReportBatch | None:
    """Releases worded reports together and tells those who said yes; None when none is worded."""
    rows = session.scalars(
        select(Report)
        .where(Report.id.in_(ids), Report.state == "kept", Report.batch_id.is_(None))
        .with_for_update()
    ).all()
    ready = [row for row in rows if row.worded_sealed is not None]
    if not ready:
        return None
    batch = ReportBatch(id=new_id(), released_at=now, released_by=staff_id)
    session.add(batch)
    for row in ready:
        row.batch_id = batch.id
    session.flush()
    for contact_id in _wanting(session):
        batch.told += _tell(session, line, people.locked(session, contact_id), now)
    subject = f"report_batch:{batch.id}"
    note(session, now, f"staff:{staff_id}", "reports_released", subject=subject)
    return batch


def _wanting(session: Session) -> list[int]:
    said = select(Consent.contact_id).where(Consent.purpose == CONSENT).distinct()
    return list(session.scalars(said.order_by(Consent.contact_id)))


def _tell(session: Session, line: Line, contact: Contact, now: datetime) -> bool:
    """Only that there is something new: what it is, they ask for themselves."""
    address = gate.address_of(session, contact.id)
    reason = gate.refusal(session, line, contact, address, CONSENT)
    verdict = gate.when(session, line, contact, PURPOSE, now)
    if reason or address is None or verdict.at is None or verdict.at >= now + USEFUL_FOR:
        return False
    say_to(
        session, line, contact, address.id, Text("notes.new"), now,
        purpose=PURPOSE, lane=Lane.BULK, due_at=verdict.at, expires_at=now + USEFUL_FOR,
    )  # fmt: skip
    return True


def newest(session: Session, line: Line, today: date) -> tuple[str, ...]:
    """What others are told, of the newest batch that has not expired."""
    last = (
        select(Report.batch_id)
        .where(Report.batch_id.is_not(None), Report.expires_on > today)
        .order_by(Report.batch_id.desc())
        .limit(1)
    )
    rows = session.scalars(
        select(Report).where(Report.batch_id == last.scalar_subquery()).order_by(Report.id)
    )
    return tuple(filter(None, (_words(line, row) for row in rows)))[:SHOWN]


def _words(line: Line, row: Report) -> str:
    try:
        return worded(line, row)
    except MendableError:
        return ""


def is_asked(session: Session, contact: Contact, words: str) -> bool:
    """Is this the 7 that a notice speaks of, from somebody who said yes to notes?"""
    return fold(words) == "7" and safe.says_yes(session, contact.id, CONSENT)
