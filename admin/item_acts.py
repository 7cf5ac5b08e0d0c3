"""What a worker does with an item that waits: takes it, puts it off, or closes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, update
from sqlalchemy.orm import Session

from admin.access import Viewer
from records.audit import note
from records.models import QueueItem

LONGEST_SNOOZE = timedelta(days=60)
OUTCOMES = ("answered", "called", "mended", "no_action", "mistake")


def take(session: Session, viewer: Viewer, item: QueueItem, now: datetime) -> bool:
    """True when this person now has it; False when another was first."""
    done = session.execute(
        update(QueueItem)
        .where(
            QueueItem.id == item.id,
            or_(QueueItem.taken_by.is_(None), QueueItem.taken_by == viewer.id),
        )
        .values(taken_by=viewer.id, taken_at=func.coalesce(QueueItem.taken_at, now))
        .returning(QueueItem.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        _note(session, viewer, "take_item", item, now)
    return done is not None


def snooze(
    session: Session, viewer: Viewer, item: QueueItem, until: datetime, now: datetime
) -> bool:
    """Puts a routine item off; False for one that is urgent or a time that cannot be."""
    if item.level != "routine" or not now < until <= now + LONGEST_SNOOZE:
        return False
    item.snoozed_until_at = until
    _note(session, viewer, "snooze_item", item, now)
    return True


def resolve(session: Session, viewer: Viewer, item: QueueItem, outcome: str, now: datetime) -> None:
    """Closes an item. Raises ValueError for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome '{outcome}'")
    item.resolved_at, item.resolved_by, item.outcome = now, viewer.id, outcome
    _note(session, viewer, "resolve_item", item, now, outcome)


def _note(
    session: Session,
    viewer: Viewer,
    act: str,
    item: QueueItem,
    now: datetime,
    outcome: str | None = None,
) -> None:
    detail = f"{item.kind}:{outcome}" if outcome else item.kind
    subject = f"item:{item.id}"
    note(
        session, now, viewer.actor, act, contact_id=item.contact_id, subject=subject, detail=detail
    )
