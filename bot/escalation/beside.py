"""Pages one worker beside the rungs: who had an item until now, or who comes on call."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import ladder, paging
from bot.escalation.ladder import SMS
from bot.line import Line
from records.models import Escalation, Page


def is_resting(line: Line, alert: Escalation, now: datetime) -> bool:
    """Is nobody paged about such an item at this hour?"""
    config = line.config
    opens_at = ladder.may_page_at(alert.pages_when, now, config.zone, config.staffed_hours)
    return opens_at > now


def who_had_it(
    session: Session, line: Line, alert: Escalation, staff_id: int | None, now: datetime
) -> None:
    """Whoever had the item until this moment hears so, in line or not: they may be writing to the
    client just now."""
    if staff_id is None or is_resting(line, alert, now):
        return
    if not _is_paged_now(session, alert, staff_id, now):
        page_one(session, line, alert, staff_id, (SMS,), now)


def page_one(
    session: Session,
    line: Line,
    alert: Escalation,
    staff_id: int,
    channels: Iterable[str],
    now: datetime,
) -> None:
    """One worker is paged now, whatever the rung."""
    text_id = "page.again" if paging.was_paged(session, alert, staff_id, SMS) else "page.urgent"
    if alert.cannot_text:
        text_id = "page.cannot_text"
    for channel in channels:
        paging.page(session, line, alert, staff_id, channel, text_id, now)


def _is_paged_now(session: Session, alert: Escalation, staff_id: int, now: datetime) -> bool:
    found = select(Page.id).where(
        Page.escalation_id == alert.id,
        Page.staff_id == staff_id,
        Page.channel == SMS,
        Page.created_at >= now,
    )
    return session.scalar(found.limit(1)) is not None
