"""Checks that each page reached its worker, and tries another way when nothing proves it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.escalation import holding, ladder, paging
from bot.escalation.ladder import SMS, VOICE
from bot.escalation.telling import audit
from bot.line import Line
from bot.outbox import carriers
from records.models import Escalation, Message, Page, QueueItem
from records.models.messages import State

#: Words of the outbox after which a page will not become any truer.
ENDED = (State.DELIVERED, State.FAILED, State.UNDELIVERED, State.EXPIRED)
BATCH = 200
NO_PAGE = "no_page_arrives"


def due(session: Session, now: datetime, resting: Sequence[int] = ()) -> list[int]:
    """Pages to look at now: proven, refused, or out of time."""
    return list(
        session.scalars(
            select(Page.id)
            .join(Message, Message.id == Page.message_id)
            .where(
                _is_awake(resting),
                or_(Page.check_at <= now, Message.state.in_(ENDED)),
            )
            .order_by(Page.check_at)
            .limit(BATCH)
        )
    )


def next_at(session: Session, now: datetime, resting: Sequence[int] = ()) -> datetime | None:
    """When a page must next be looked at; `now` when one waits already."""
    if due(session, now, resting):
        return now
    return session.scalar(select(func.min(Page.check_at)).where(_is_awake(resting)))


def _is_awake(resting: Sequence[int]) -> ColumnElement[bool]:
    return and_(Page.check_at.is_not(None), Page.id.not_in(resting))


def check(session: Session, line: Line, page_id: int, now: datetime) -> None:
    """Settles one page: proven, or failed and followed by the next channel."""
    escalation_id = session.scalar(select(Page.escalation_id).where(Page.id == page_id))
    alert = holding.held(session, escalation_id) if escalation_id else None
    row = session.scalars(
        select(Page)
        .where(Page.id == page_id, Page.check_at.is_not(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return  # another process settled it meanwhile
    message = session.get_one(Message, row.message_id)
    row.check_at = None
    if message.state == State.DELIVERED or row.proven_at is not None:
        row.proven_at = row.proven_at or message.final_at or now
        _mended(session, now)
        _note(session, alert, row, "page_delivered", now)
    elif message.state == State.EXPIRED and message.reason == "no_longer_needed":
        row.failed_at = now
    else:
        row.failed_at = now
        _note(session, alert, row, "page_not_proven", now)
        if alert is not None and alert.state == holding.OPEN:
            mute = message.carrier if _is_mute(line, row, message) else None
            if mute is not None:
                _again_by_the_other(session, line, alert, row, mute, now)
            _follow(session, line, alert, row, mute, now)


def _follow(
    session: Session, line: Line, alert: Escalation, row: Page, mute: int | None, now: datetime
) -> None:
    """The next channel to the same worker; when that was the last for all, the next rung.

    `mute` is the carrier that took the page and proved nothing, if there is another.
    """
    channel: str | None = row.channel
    while channel := ladder.NEXT_CHANNEL.get(channel or ""):
        if _tried(session, row, channel):
            break  # what came of that may be known already: then this was the last hope
        after = paging.page(session, line, alert, row.staff_id or 0, channel, "page.urgent", now)
        if after is not None:
            if mute is not None:
                _send_by(session, after, carriers.other_than(mute), now)
            return
    if not _any_hope(session, alert, row):
        subject = NO_PAGE
        add_item(session, now, "alarm", "emergency", dedupe_key=f"alarm:{subject}", subject=subject)
        if not ladder.is_top(alert.level, alert.step - 1):
            alert.next_at = now
            alert.ladder_at -= ladder.due_at(alert.level, alert.step, alert.ladder_at) - now


def _mended(session: Session, now: datetime) -> None:
    """A page arrived: should none arrive again one day, that is told anew."""
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key == f"alarm:{NO_PAGE}", QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, outcome="mended")
        .execution_options(synchronize_session=False)
    )


def _is_mute(line: Line, row: Page, message: Message) -> bool:
    """Did a carrier take it and say nothing, though there is another carrier?"""
    is_carried = row.channel in (SMS, VOICE) and message.state not in ENDED
    return is_carried and line.second_gateway is not None


def _again_by_the_other(
    session: Session, line: Line, alert: Escalation, row: Page, mute: int, now: datetime
) -> None:
    """The same page once more at once, by the carrier that did not fall silent."""
    carriers.failed(session, line, mute, now)
    other = carriers.other_than(mute)
    tried = (
        select(Page.id)
        .join(Message, Message.id == Page.message_id)
        .where(
            Page.escalation_id == alert.id,
            Page.staff_id == row.staff_id,
            Page.channel == row.channel,
            Page.created_at >= row.created_at,
            Message.carrier == other,
        )
        .limit(1)
    )
    if session.scalar(tried) is None:
        channel = row.channel or SMS
        after = paging.page(session, line, alert, row.staff_id or 0, channel, "page.urgent", now)
        _send_by(session, after, other, now)


def _send_by(session: Session, page: Page | None, carrier: int, now: datetime) -> None:
    if page is not None:
        message = session.get_one(Message, page.message_id)
        message.carrier, message.due_at = carrier, now
        page.check_at = now + paging.PROVEN_WITHIN


def _tried(session: Session, row: Page, channel: str) -> bool:
    """Was this worker tried by `channel` at this rung or since?"""
    found = session.scalar(
        select(Page.id)
        .where(
            Page.escalation_id == row.escalation_id,
            Page.staff_id == row.staff_id,
            Page.channel == channel,
            Page.created_at >= row.created_at,
            Page.id != row.id,
        )
        .limit(1)
    )
    return found is not None


def _any_hope(session: Session, alert: Escalation, row: Page) -> bool:
    """Is any page of this rung proven, or still on its way?"""
    # A call that followed a text is younger than the pages that its rung began with.
    began_at = ladder.due_at(alert.level, max(0, alert.step - 1), alert.ladder_at)
    found = session.scalar(
        select(Page.id)
        .where(
            Page.escalation_id == alert.id,
            Page.created_at >= min(row.created_at, began_at),
            or_(Page.proven_at.is_not(None), Page.check_at.is_not(None)),
        )
        .limit(1)
    )
    return found is not None


def _note(session: Session, alert: Escalation | None, row: Page, act: str, now: datetime) -> None:
    if alert is not None:
        audit(session, alert, act, now, detail=f"staff:{row.staff_id} {row.channel}")
