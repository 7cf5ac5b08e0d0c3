"""Writes down who did or saw what; the entries are linked so that a missing one shows."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from records import leases, rows
from records.clock import utc
from records.ids import new_id
from records.models import AuditEntry


def note(
    session: Session,
    now: datetime,
    actor: str,
    act: str,
    *,
    contact_id: int | None = None,
    subject: str | None = None,
    detail: str | None = None,
) -> None:
    """Adds one entry to the current transaction: ids and kinds, never words."""
    rows.keep(
        session, AuditEntry, id=new_id(), at=now, actor=actor, act=act, contact_id=contact_id,
        subject=subject, detail=detail,
    )  # fmt: skip


CHAIN = "audit_chain"
BATCH = 500
LEASE = timedelta(seconds=30)
FIRST = "0" * 64


@dataclass(frozen=True)
class Verdict:
    """How the chain stands: entries linked, entries not linked yet, and the first broken link."""

    linked: int
    tail: int
    broken_at: int | None


def chain(session: Session, now: datetime, token: str) -> int:
    """Links entries that are not linked yet, in the order they were committed; how many.

    Only the holder of the chain's lease links, so positions never fork. An entry that
    commits late simply comes later in the chain: its own `at` still tells when it was.
    """
    if not leases.take(session, CHAIN, token, now, LEASE):
        return 0
    last = session.execute(
        select(AuditEntry.position, AuditEntry.hash)
        .where(AuditEntry.position.is_not(None))
        .order_by(AuditEntry.position.desc())
        .limit(1)
    ).first()
    position, link = (int(last[0] or 0), str(last[1])) if last else (0, FIRST)
    rows = session.scalars(
        select(AuditEntry).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(BATCH)
    ).all()
    for row in rows:
        position += 1
        link = linked_hash(link, position, row)
        row.position, row.hash = position, link
    return len(rows)


def linked_hash(before: str, position: int, row: AuditEntry) -> str:
    """SHA-256 (hex) over the hash before, the position and every field of the entry."""
    fields = (
        before,
        str(position),
        str(row.id),
        utc(row.at).isoformat(),
        row.actor,
        row.act,
        str(row.contact_id),
        str(row.subject),
        str(row.detail),
    )
    return hashlib.sha256("\x1f".join(fields).encode()).hexdigest()


def verify(session: Session) -> Verdict:
    """Walks the whole chain, a batch at a time."""
    position, link, broken = 0, FIRST, None
    while broken is None:
        rows = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.position > position)
            .order_by(AuditEntry.position)
            .limit(BATCH)
        ).all()
        if not rows:
            break
        for row in rows:
            link = linked_hash(link, position + 1, row)
            if row.position != position + 1 or row.hash != link:
                broken = position + 1
                break
            position += 1
        session.expunge_all()
    tail = session.scalar(
        select(func.count()).select_from(AuditEntry).where(AuditEntry.position.is_(None))
    )
    return Verdict(position, tail or 0, broken)
