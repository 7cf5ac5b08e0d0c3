"""Pages workers about an urgent item, again and again, as the ladder says."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.escalation import ladder, pushing, roster, spacing
from bot.escalation.ladder import SMS, VOICE
from bot.escalation.rota import OnCall
from bot.escalation.telling import audit, has, page_nobody, words, write
from bot.line import Line
from records.models import Escalation, Message, Page, Staff
from records.models.messages import State

PROVEN_WITHIN = timedelta(seconds=60)
#: With a second carrier there is another way to try, so the first is not waited for as long.
PROVEN_BY_ONE_OF_TWO = timedelta(seconds=25)
#: So long after their last word to the client, whoever has an item is surely at it, on duty or not.
AT_IT_FOR = timedelta(minutes=30)


def climb(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """Pages the people of the rung that is due, and sets when the next one is."""
    opens_at = ladder.may_page_at(
        alert.pages_when, now, line.config.zone, line.config.staffed_hours
    )
    if opens_at > now:
        alert.ladder_at += opens_at - ladder.due_at(alert.level, alert.step, alert.ladder_at)
        alert.next_at = opens_at
        return
    step = ladder.step_at(alert.level, alert.step, alert.ladder_at, now)
    alert.step, alert.ladder_at = ladder.rolled(alert.level, step, alert.ladder_at)
    if alert.is_probe:
        page_nobody(session, line, alert, now)
    else:
        _page_rung(session, line, alert, now)
    alert.step += 1
    alert.next_at = ladder.due_at(alert.level, alert.step, alert.ladder_at)
    if _first_began_at(alert) < alert.ladder_at:
        alert.next_at = min(alert.next_at, _first_due_after(alert, now))
    session.flush()


def _first_began_at(alert: Escalation) -> datetime:
    """When this level's ladder began, before a silence had it start over."""
    if alert.pages_when != "always":
        return alert.ladder_at
    return min(alert.ladder_at, alert.raised_at or alert.opened_at)


def _first_due_after(alert: Escalation, now: datetime) -> datetime:
    began_at = _first_began_at(alert)
    reached = ladder.step_at(alert.level, 0, began_at, now)
    return ladder.due_at(alert.level, reached + 1, began_at)


def _tries(
    alert: Escalation, orders: Iterable[OnCall], now: datetime
) -> dict[int, tuple[str, ...]]:
    """Whom to try by which channels. A ladder that started over leaves nobody out whom the first
    one would be trying by now: everyone comes as soon as they would have come."""
    steps, began_at = [alert.step], _first_began_at(alert)
    if began_at < alert.ladder_at:
        steps.append(ladder.step_at(alert.level, 0, began_at, now))
    tries: dict[int, tuple[str, ...]] = {}
    for on_call in orders:
        for step in steps:
            for staff_id, channels in ladder.who(alert.level, step, on_call).items():
                tries[staff_id] = max(tries.get(staff_id, ()), channels, key=len)
    return tries


def _page_rung(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    orders, is_entered = roster.for_alert(session, line, alert, now)
    has_first = orders[0].first is not None
    if not has_first:
        subject = "nobody_on_call" if is_entered else "no_rota"
        add_item(session, now, "alarm", "urgent", dedupe_key=f"alarm:{subject}", subject=subject)
    tries = _tries(alert, orders, now)
    if not tries:
        subject = "nobody_to_page"
        add_item(session, now, "alarm", "emergency", dedupe_key=f"alarm:{subject}", subject=subject)
    for staff_id, channels in tries.items():
        for channel in channels:
            text_id = _text_id(session, alert, staff_id, has_first=has_first)
            page(session, line, alert, staff_id, channel, text_id, now)


def _text_id(session: Session, alert: Escalation, staff_id: int, *, has_first: bool) -> str:
    if alert.cannot_text:
        return "page.cannot_text"
    if was_paged(session, alert, staff_id, SMS):
        return "page.again"
    return "page.urgent" if has_first else "page.nobody_on_call"


def was_paged(session: Session, alert: Escalation, staff_id: int, channel: str) -> bool:
    """Has this worker been tried for this alert by this channel since its ladder began?"""
    return (
        session.scalar(
            select(Page.id)
            .where(
                Page.escalation_id == alert.id,
                Page.staff_id == staff_id,
                Page.channel == channel,
                Page.created_at >= alert.ladder_at,
            )
            .limit(1)
        )
        is not None
    )


def page(
    session: Session,
    line: Line,
    alert: Escalation,
    staff_id: int,
    channel: str,
    text_id: str,
    now: datetime,
) -> Page | None:
    """One page, unless this worker has no such channel; a repeat may wait up to a minute.

    When many clients are in danger at once a call waits for the one before it, or is left to the
    next rung: a phone that never stops ringing cannot be answered with. The texts do not wait.
    """
    staff = session.get(Staff, staff_id)
    if staff is None or not roster.may_answer(staff) or not has(line, staff, channel):
        return None
    due_at = now
    if channel == SMS and was_paged(session, alert, staff_id, SMS):
        due_at = spacing.texts_at(session, staff_id, now)
        if spacing.waits(session, alert, staff_id, now):
            return None
    if channel == VOICE:
        is_first = alert.step == 0 or not was_paged(session, alert, staff_id, VOICE)
        rings_at = spacing.rings_at(session, staff_id, now, is_first=is_first)
        if rings_at is None:
            return None
        due_at = rings_at
    if channel == SMS:
        pushing.page(session, line, alert, staff_id, now)
    return _write_page(session, line, alert, staff_id, channel, text_id, due_at, now)


def _write_page(
    session: Session,
    line: Line,
    alert: Escalation,
    staff_id: int,
    channel: str,
    text_id: str,
    due_at: datetime,
    now: datetime,
) -> Page:
    """The text or call of a page, and by when it must have proven to arrive."""
    body_id = "page.voice" if channel == VOICE else text_id
    if alert.is_drill:
        body_id = "page.voice_drill" if channel == VOICE else "page.drill"
    message = write(session, line, staff_id, words(line, body_id, number=alert.number or 0), now,
        channel=channel, due_at=due_at, text_id=body_id)  # fmt: skip
    row = Page(
        escalation_id=alert.id,
        staff_id=staff_id,
        channel=channel,
        step=alert.step,
        message_id=message.id,
        created_at=now,
        check_at=due_at + _proven_within(line, channel),
    )
    session.add(row)
    session.flush()
    audit(session, alert, "paged", now, detail=f"staff:{staff_id} {channel} step {alert.step}")
    return row


def _proven_within(line: Line, channel: str) -> timedelta:
    """A call rings for a while; a text is reported on within seconds."""
    is_quick = channel == SMS and line.second_gateway is not None
    return PROVEN_BY_ONE_OF_TWO if is_quick else PROVEN_WITHIN


def more(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """The client texted again: whoever has it is told; while nobody has, those last paged. Who is
    not on duty and has not written for a while may not hear it: whoever is on call is told too."""
    if alert.is_probe:
        return
    if alert.acknowledged_by is not None and alert.state == "acknowledged":
        people: Iterable[int] = (alert.acknowledged_by,)
        if alert.human_at is None or now - alert.human_at > AT_IT_FOR:
            people = (*people, *filter(None, [roster.stands_in(session, line, alert, now)]))
    else:
        people = paged_people(session, alert)
    for staff_id in people:
        page(session, line, alert, staff_id, SMS, "page.more", now)


def paged_people(session: Session, alert: Escalation) -> list[int]:
    """Workers tried for this alert since its ladder began, by id."""
    found = session.scalars(
        select(Page.staff_id)
        .where(
            Page.escalation_id == alert.id,
            Page.created_at >= alert.ladder_at,
            Page.staff_id.is_not(None),
        )
        .distinct()
    )
    return sorted(i for i in found if i is not None)


def withdraw(session: Session, alert: Escalation, now: datetime) -> None:
    """Pages that have not left yet stay here: somebody has it."""
    # Also those that nothing proved in time and that a stuck sender still holds back.
    waiting = select(Page.message_id).where(Page.escalation_id == alert.id)
    session.execute(
        update(Message)
        .where(Message.id.in_(waiting), Message.state == State.QUEUED)
        .values(state=State.EXPIRED, reason="no_longer_needed", final_at=now)
        .execution_options(synchronize_session=False)
    )
