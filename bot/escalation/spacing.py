"""Keeps one worker's phone usable when many clients are in danger at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation.ladder import SMS, VOICE
from records.models import Escalation, Message, Page
from records.models.messages import State

#: One worker gets no more than one repeated text, or repeated call, in so long; a first text never
#: waits, and of first calls so many come within that time.
APART = timedelta(seconds=60)
AT_ONCE = 2


def texts_at(session: Session, staff_id: int, now: datetime) -> datetime:
    """When this worker may get the next repeated text, whatever the item."""
    last = max(_paged_at(session, staff_id, SMS, now - timedelta(hours=1)), default=None)
    return now if last is None else max(now, last + APART)


def rings_at(session: Session, staff_id: int, now: datetime, *, is_first: bool) -> datetime | None:
    """When this worker's phone may ring about one more item; None when another call waits already.

    The first call about an item goes at once, unless the phone has rung for several just now.
    """
    rang = _paged_at(session, staff_id, VOICE, now - timedelta(hours=1))
    if is_first and sum(at > now - APART for at in rang) < AT_ONCE:
        return now
    at = max(now, max(rang, default=now - APART) + APART)
    return at if at <= now + APART else None


def _paged_at(session: Session, staff_id: int, channel: str, since: datetime) -> Sequence[datetime]:
    """When this worker's texts or calls went or will go; those refused were not heard."""
    found = session.scalars(
        select(Message.due_at)
        .join(Page, Page.message_id == Message.id)
        .where(
            Page.staff_id == staff_id,
            Page.channel == channel,
            Page.created_at > since,
            Message.due_at.is_not(None),
            Message.state.not_in((State.EXPIRED, State.FAILED)),
        )
    )
    return [at for at in found if at is not None]


def waits(session: Session, alert: Escalation, staff_id: int, now: datetime) -> bool:
    """Is a text about this alert to this worker still to go? One is enough."""
    return (
        session.scalar(
            select(Message.id)
            .join(Page, Page.message_id == Message.id)
            .where(
                Page.escalation_id == alert.id,
                Page.staff_id == staff_id,
                Page.channel == SMS,
                Message.state == State.QUEUED,
                Message.due_at > now,
            )
            .limit(1)
        )
        is not None
    )
