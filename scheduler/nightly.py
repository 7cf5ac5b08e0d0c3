"""What happens while nobody looks: the nightly backup, and the audit's entries being linked."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from bot import looks, retention
from bot.case import add_item
from bot.line import Line
from bot.outbox.notices import alarm
from bot.pictures import clearing
from bot.reports import keeping
from records import audit, backup, leases
from records.errors import MendableError
from records.ids import new_token
from records.models import AuditEntry, Fact, Lease, Report
from scheduler.machine import machine_name

log = structlog.get_logger()

#: Wall time. Three o'clock is there exactly once on every day of the year in Ottawa.
BACKUP_HOUR = 3
LEASE = "backup"
LONGEST = timedelta(hours=1)


def back_up(line: Line, now: datetime) -> None:
    """Makes the backup that has been due since three in the morning, unless it is there."""
    if line.config.backups is None or not backup_is_due(line, now):
        return
    token = new_token()
    with line.database.write() as session:
        if not leases.take(session, LEASE, token, now, LONGEST):
            return
    try:
        made = backup.make(line.database, line.vault, line.config.backups, now)
        log.info("backup_made", count=made.rows)
    except (MendableError, OSError, SQLAlchemyError) as error:
        log.error("backup_failed", kind=type(error).__name__)
        with line.database.write() as session:
            alarm(session, "backup_failed", now)
    finally:
        with line.database.write() as session:
            session.execute(
                update(Lease).where(Lease.name == LEASE, Lease.token == token).values(until_at=now)
            )


def backup_is_due(line: Line, now: datetime) -> bool:
    """Has three in the morning passed since the newest proven backup?"""
    local = line.local(now)
    night = local.replace(hour=BACKUP_HOUR, minute=0, second=0, microsecond=0)
    if local < night:
        # A day back on the wall, whatever the clocks did in between.
        night -= timedelta(days=1)
    with line.database.read() as session:
        fact = session.get(Fact, backup.VERIFIED)
    return fact is None or fact.at + backup.SETTLED < night


def look_after_reports(line: Line, now: datetime) -> None:
    """Expired reports go, and in the morning workers learn that there are new ones.

    Not when one is filed: the minute would tell who wrote it.
    """
    local = line.local(now)
    with line.database.write() as session:
        _, refs = keeping.forget(session, line, local.date())
        is_morning = local.hour == line.config.staffed_hours[0]
        if is_morning and session.scalar(select(Report.id).where(Report.state == "new").limit(1)):
            add_item(session, now, "safety_notes", dedupe_key="safety_notes")
    for ref in refs:
        line.vault.keys.destroy(ref)


def let_go(line: Line, now: datetime) -> None:
    """What was kept long enough goes; what is open or held for a court stays."""
    retention.purge(line, now)


def clear_pictures(line: Line, now: datetime) -> None:
    """The carrier keeps no picture longer than it must."""
    clearing.run(line, now)


def watch_looks(line: Line, now: datetime) -> None:
    """Who looked at many clients with no work for them is put before a supervisor."""
    with line.database.read() as session:
        actors = looks.unusual(session, now)
    for actor in actors:
        with line.database.write() as session:
            add_item(session, now, "unusual_looks", dedupe_key=f"looks:{actor}", subject=actor)


def chain_audit(line: Line, now: datetime) -> None:
    """Links new entries of the audit to those before them."""
    with line.database.read() as session:
        tail = session.scalar(select(AuditEntry.id).where(AuditEntry.position.is_(None)).limit(1))
    if tail is None:
        return
    with line.database.write() as session:
        audit.chain(session, now, machine_name()[-40:])
