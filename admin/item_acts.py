"""What a worker does with an item that waits: takes it, puts it off, or closes it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
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


def mark_of(item: QueueItem) -> str:
    """Of what the item tells: another one once a newer text, or a graver level, came to it."""
    return f"{item.level}:{item.message_id or 0}"


def _is_as_shown(session: Session, item: QueueItem, mark: str | None) -> bool:
    """Is the item, locked from here on, still what the page with this mark showed?"""
    now_there = session.scalar(
        select(QueueItem)
        .where(QueueItem.id == item.id, QueueItem.resolved_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return now_there is not None and mark_of(now_there) == mark


def snooze(
    session: Session,
    viewer: Viewer,
    item: QueueItem,
    mark: str | None,
    until: datetime | None,
    now: datetime,
) -> str | None:
    """Puts a routine item off, to `until`. None when done, else the panel's text that says why not.

    `mark` is that of the page on which it was asked.
    """
    if until is None or not now < until <= now + LONGEST_SNOOZE:
        return "queue.not_put_off"
    if not _is_as_shown(session, item, mark):
        return "queue.more_came"
    if item.level != "routine":
        return "queue.not_put_off"
    item.snoozed_until_at = until
    _note(session, viewer, "snooze_item", item, now)
    return None


def resolve(
    session: Session,
    viewer: Viewer,
    item: QueueItem,
    mark: str | None,
    outcome: str,
    now: datetime,
) -> str | None:
    """Closes an item, unless more came to it than the page showed: nobody has read that.

    None when done, else the panel's text that says why not. Raises ValueError for an unknown
    outcome.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome '{outcome}'")
    if not _is_as_shown(session, item, mark):
        return "queue.more_came"
    item.resolved_at, item.resolved_by, item.outcome = now, viewer.id, outcome
    _note(session, viewer, "resolve_item", item, now, outcome)
    return None


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
