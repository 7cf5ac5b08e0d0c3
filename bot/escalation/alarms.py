"""Notices what stands in the way of an alert before one comes, and tells whoever can mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import case, func, or_, select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.engine import Text
from bot.escalation import roster, rota
from bot.escalation.ladder import EMAIL, SMS
from bot.escalation.telling import has, words, write
from bot.law import DECIDE_WITHIN
from bot.line import Line
from bot.outbox import missed
from bot.outbox.gate import unfinished
from records.models import DutyFlag, Heartbeat, Message, Page, QueueItem, Staff
from records.models.messages import Lane, State

log = structlog.get_logger()

LOOK_AHEAD = timedelta(days=7)
#: Texts due for longer than this, or urgent ones, mean that senders or carrier do not keep up.
SLOW = timedelta(minutes=10)
SLOW_URGENT = timedelta(minutes=1)
STOPPED_AFTER = timedelta(minutes=2)
AWAY = timedelta(minutes=3)
#: An alarm of which no page went is told anew after as long as it stands, within these bounds.
AGAIN_AFTER = timedelta(minutes=5)
AGAIN_WITHIN = timedelta(hours=4)
LOST = (State.FAILED, State.UNDELIVERED, State.EXPIRED)
#: Alarms that wake workers; all others are mailed to operators and stand in the queue.
TO_EVERYONE = ("nobody_on_call", "no_page_arrives", "nobody_to_page", "not_digested")
TO_SUPERVISORS = ("rota_gap", "staff_phone_stopped", "drill_missed", "duty_waits")
OPERATORS = ("operator", "supervisor")


def look(session: Session, line: Line, now: datetime) -> None:
    """Opens what is wrong at this moment as alarm items, and closes what is mended."""
    for subject, is_wrong in _LOOKS.items():
        with _apart(session, subject):
            _set(session, subject, is_wrong(session, line, now), now)
    with _apart(session, "no_rota"):  # opened by the alert that found none
        if _has_rota(session, line, now):
            _mended(session, "no_rota", now)


@contextmanager
def _apart(session: Session, subject: str) -> Iterator[None]:
    """What fails for one alarm keeps no other from being raised and told."""
    try:
        with session.begin_nested():
            yield
    except Exception as error:
        log.error("alarm_failed", reason=subject, kind=type(error).__name__)


def _duty_waits(session: Session, line: Line, now: datetime) -> bool:
    """Has nobody decided in time whether the law asks for a report?"""
    first = select(func.min(DutyFlag.opened_at)).where(DutyFlag.decided_at.is_(None))
    opened_at = session.scalar(first)
    return opened_at is not None and now - opened_at >= DECIDE_WITHIN


def _is_uncovered(session: Session, line: Line, now: datetime) -> bool:
    found = roster.load(session, line, now)
    return not found.is_empty and rota.on_call(now, found).first is None


def _has_gap(session: Session, line: Line, now: datetime) -> bool:
    found = roster.load(session, line, now)
    return not found.is_empty and bool(rota.gaps(found, now, now + LOOK_AHEAD))


def _has_rota(session: Session, line: Line, now: datetime) -> bool:
    found = roster.load(session, line, now)
    return not found.is_empty or not found.people


def _is_slow(session: Session, line: Line, now: datetime) -> bool:
    """Is a text long due, or an urgent one refused again and again since it was written?"""
    # A mail is no text: while its server is away it says nothing of senders or carrier.
    waits = (unfinished(), Message.channel != EMAIL)
    due_at = session.scalar(select(func.min(Message.due_at)).where(*waits))
    # Each refusal moves `due_at` on: an urgent text that was tried counts from its writing.
    since = case((Message.attempts > 0, Message.created_at), else_=Message.due_at)
    urgent_at = session.scalar(select(func.min(since)).where(*waits, Message.lane == Lane.URGENT))
    return bool(due_at and due_at < now - SLOW) or bool(urgent_at and urgent_at < now - SLOW_URGENT)


def _is_away(session: Session, line: Line, now: datetime) -> bool:
    """Has a carrier refused every question for minutes, although nothing may wait to be sent?"""
    since = missed.away_since(session, line)
    return since is not None and since < now - AWAY


def _has_stopped(session: Session, line: Line, now: datetime) -> bool:
    """Has a host whose scheduler ticked today fallen silent? A restarted process is no news."""
    last: dict[str, datetime] = {}
    for machine, ticked_at in session.execute(select(Heartbeat.machine, Heartbeat.ticked_at)):
        host = machine.rpartition(":")[0] or machine
        last[host] = max(last.get(host, ticked_at), ticked_at)
    return any(ticked_at < now - STOPPED_AFTER for ticked_at in last.values())


#: What is looked for each minute, by the name of its alarm.
_LOOKS: dict[str, Callable[[Session, Line, datetime], bool]] = {
    "nobody_on_call": _is_uncovered,
    "rota_gap": _has_gap,
    "queue_growing": _is_slow,
    "carrier_away": _is_away,
    "machine_stopped": _has_stopped,
    "duty_waits": _duty_waits,
}


def _set(session: Session, subject: str, is_wrong: bool, now: datetime) -> None:
    if is_wrong:
        key = f"alarm:{subject}"
        add_item(session, now, "alarm", "urgent", dedupe_key=key, subject=subject)
    else:
        _mended(session, subject, now)


def _mended(session: Session, subject: str, now: datetime) -> None:
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key == f"alarm:{subject}", QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, outcome="mended")
        .execution_options(synchronize_session=False)
    )


def untold(session: Session, now: datetime) -> list[QueueItem]:
    """Open alarms, and texts that our own code stumbled over, that nobody was paged about.

    A page that was lost told nobody: where all were, the item is back here after a while.
    """
    went = or_(Message.id.is_(None), Message.state.not_in(LOST))
    told = (
        select(Page.queue_item_id)
        .outerjoin(Message, Message.id == Page.message_id)
        .where(Page.queue_item_id.is_not(None), went)
    )
    chosen = select(QueueItem).where(
        QueueItem.kind.in_(("alarm", "not_digested")),
        QueueItem.resolved_at.is_(None),
        QueueItem.id.not_in(told),
    )
    rows = session.scalars(chosen.order_by(QueueItem.opened_at, QueueItem.id)).all()
    lost = _lost_at(session, rows)
    return [row for row in rows if _is_to_tell(row, lost.get(row.id), now)][:50]


def _lost_at(session: Session, items: Iterable[QueueItem]) -> dict[int, datetime]:
    """When the last page about each of these was given up."""
    found = session.execute(
        select(Page.queue_item_id, func.max(func.coalesce(Message.final_at, Page.created_at)))
        .join(Message, Message.id == Page.message_id)
        .where(Page.queue_item_id.in_([item.id for item in items]))
        .group_by(Page.queue_item_id)
    )
    return {item_id: at for item_id, at in found if item_id is not None}


def _is_to_tell(item: QueueItem, lost_at: datetime | None, now: datetime) -> bool:
    if lost_at is None:
        return True
    stood = lost_at - item.opened_at
    return now >= lost_at + min(max(stood, AGAIN_AFTER), AGAIN_WITHIN)


def tell_all(session: Session, line: Line, now: datetime) -> None:
    """Pages about each alarm until one page went: by text who must act tonight, by mail operators.

    A mail server that is away for a few minutes must not cost an operator the alarm for ever.
    """
    for item in untold(session, now):
        subject = item.subject or item.kind
        for staff, channel in _whom(session, line, subject, now):
            with _apart(session, subject):
                _page(session, line, item, staff, channel, subject, now)


def _whom(session: Session, line: Line, subject: str, now: datetime) -> Iterable[tuple[Staff, str]]:
    staff = session.scalars(select(Staff).where(Staff.is_active).order_by(Staff.id)).all()
    found = roster.load(session, line, now)
    texted: tuple[int, ...] = ()
    if subject in TO_EVERYONE:
        texted = found.people
    elif subject in TO_SUPERVISORS:
        texted = found.supervisors or found.people
    for one in staff:
        if one.id in texted:
            yield one, SMS
        if one.id in texted or one.role in OPERATORS:
            yield one, EMAIL


def _page(
    session: Session,
    line: Line,
    item: QueueItem,
    staff: Staff,
    channel: str,
    subject: str,
    now: datetime,
) -> None:
    if not has(line, staff, channel):
        return
    name = f"alarm.{subject}" if f"alarm.{subject}" in line.texts.ids() else "alarm.other"
    body = words(line, "page.alarm", what=Text(name))
    message = write(session, line, staff.id, body, now, channel=channel, text_id="page.alarm")
    session.add(
        Page(
            queue_item_id=item.id,
            staff_id=staff.id,
            channel=channel,
            message_id=message.id,
            created_at=now,
        )
    )
