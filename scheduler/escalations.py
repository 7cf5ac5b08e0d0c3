"""Keeps every alert moving until a person has it: pages again, raises, tells the client once."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.due import apart, first
from bot.escalation import (
    alarms,
    alerts,
    beside,
    holding,
    ladder,
    lost_words,
    paging,
    post,
    probe,
    proof,
    pushing,
    to_client,
    turn_over,
)
from bot.escalation.telling import audit
from bot.line import Line
from bot.resting import SHORT_WAITS
from bot.triage import Level
from records.models import Escalation, Message
from records.models.messages import State

log = structlog.get_logger()

FAILED, PAGE_FAILED = "alert_failed", "page_failed"
BATCH = 100
HEARTBEAT_SECONDS = 10
#: What an alert waits for.
_WAITS: tuple[InstrumentedAttribute[Any], ...] = (
    Escalation.ack_expires_at,
    Escalation.silence_at,
    Escalation.next_at,
    Escalation.tell_at,
)


def run(line: Line, now: datetime) -> None:
    """All that is due for alerts and their pages; one alert's trouble stops no other's."""
    asks = or_(*_due(now), _refused(), lost_words.are_lost())
    with line.database.read() as session:
        pages = proof.due(session, now, line.resting.at(now, PAGE_FAILED))
        due = session.scalars(
            select(Escalation.id)
            .where(_is_ours(), _is_awake(line, now), asks)
            .order_by(Escalation.opened_at, Escalation.id)
            .limit(BATCH)
        ).all()
    for page_id in pages:
        _apart(line, page_id, proof.check, now, PAGE_FAILED)
    for escalation_id in due:
        with apart(line, escalation_id, now, FAILED, SHORT_WAITS):
            with line.database.write() as session:
                wrong = _look_after(session, line, escalation_id, now)
            # What could be done is kept; for what could not, the alert rests.
            if wrong:
                raise wrong[0]
    if due or pages:
        line.wake.now()


def _is_ours() -> ColumnElement[bool]:
    """Is it open, and no trial of the line itself? That climbs no ladder."""
    return and_(Escalation.state != holding.RESOLVED, ~Escalation.is_probe)


def _is_awake(line: Line, now: datetime) -> ColumnElement[bool]:
    return Escalation.id.not_in(line.resting.at(now, FAILED))


def _due(now: datetime) -> list[ColumnElement[bool]]:
    return [column <= now for column in _WAITS]


def _refused() -> ColumnElement[bool]:
    """The carrier will not text this client, and the alert does not say so yet."""
    # Of each open alert its one text: the texts that ever failed are not gone through for it.
    refused = exists().where(
        Message.id == Escalation.reply_id,
        Message.state.in_((State.FAILED, State.UNDELIVERED)),
        Message.reason == "cannot_be_texted",
    )
    return ~Escalation.cannot_text & refused


def _apart(
    line: Line,
    row_id: int,
    act: Callable[[Session, Line, int, datetime], None],
    now: datetime,
    failed: str,
) -> None:
    with apart(line, row_id, now, failed, SHORT_WAITS), line.database.write() as session:
        act(session, line, row_id, now)


def _look_after(session: Session, line: Line, escalation_id: int, now: datetime) -> list[Exception]:
    """Does what is due for one alert. What fails is given back, and keeps nothing else of it from
    being done, least of all its pages."""
    alert, wrong = holding.held(session, escalation_id), list[Exception]()
    if alert.state == holding.RESOLVED:
        return wrong
    before = alert.acknowledged_by

    def tell_who_had_it(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
        if alert.acknowledged_by is None:
            beside.who_had_it(session, line, alert, before, now)

    waits = zip(_WAITS, (_expire, _silence, paging.climb, _tell), strict=True)
    rest = ((None, tell_who_had_it), (None, _cannot_text))
    for column, duty in ((None, lost_words.take_back), *waits, *rest):
        at: datetime | None = getattr(alert, column.key) if column is not None else now
        if at is None or at > now:
            continue
        try:
            with session.begin_nested():
                duty(session, line, alert, now)
        except Exception as error:
            wrong.append(error)
    return wrong


def _expire(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """Taken, but neither a reply nor a note came: the ladder goes on. So it does when all came
    by text and nothing proves that the worker's own phone heard of it, and after a mere call."""
    is_kept = holding.is_kept_by_words(session, alert)
    if is_kept and not lost_words.was_only_called(session, alert):
        alert.ack_expires_at = None
        return
    holding.let_go(session, alert, "expired", now)


def _silence(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """No answer to the question: one level up, and the ladder from its bottom. The client hears
    nothing of it."""
    alert.silence_at = None
    audit(session, alert, "no_answer", now)
    if Level(alert.level) is Level.EMERGENCY:
        holding.start_over(session, alert, now)
        return
    # A same-day item becomes one for any hour; one for any hour becomes an emergency.
    is_same_day = alert.pages_when != "always"
    level = Level.URGENT if is_same_day else Level.EMERGENCY
    alerts.raise_to(session, line, alert, level, "silence", now)


def _tell(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """Nobody has picked up for five minutes: the client is told, once."""
    alert.tell_at = None
    if alert.told_at is None and not alert.is_silent and not alert.cannot_text:
        try:
            with session.begin_nested():
                to_client.five_minutes(session, line, alert, now)
        except Exception as error:  # paging goes on, told or not
            log.error("client_not_told", kind=type(error).__name__)
            return
        audit(session, alert, "client_told", now)


def _cannot_text(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    reply = session.get(Message, alert.reply_id) if alert.reply_id else None
    is_refused = reply is not None and reply.reason == "cannot_be_texted"
    if alert.cannot_text or not is_refused:
        return
    alert.cannot_text = True
    alert.tell_at = alert.silence_at = None
    audit(session, alert, "cannot_be_texted", now)
    for staff_id in paging.paged_people(session, alert):
        paging.page(session, line, alert, staff_id, ladder.SMS, "page.cannot_text", now)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When an alert or a page next asks for something."""
    with line.database.read() as session:
        found = [proof.next_at(session, now, line.resting.at(now, PAGE_FAILED))]
        soonest = select(*(func.min(column) for column in _WAITS))
        ours = (_is_ours(), _is_awake(line, now))
        found += session.execute(soonest.where(*ours)).one()
        is_told = or_(_refused(), lost_words.are_lost())
        if session.scalar(select(Escalation.id).where(*ours, is_told).limit(1)):
            found.append(now)
    return first([*found, *(line.resting.next_at(now, what) for what in (FAILED, PAGE_FAILED))])


def push(line: Line, now: datetime) -> None:
    """Shows pages on the workers' own screens."""
    if line.pusher is not None:
        pushing.send_due(line)


def push_at(line: Line, now: datetime) -> datetime | None:
    """When the next notice is due."""
    if line.pusher is None:
        return None
    with line.database.read() as session:
        return pushing.next_at(session)


def mail(line: Line, now: datetime) -> None:
    """Mails pages to workers who have a mail address."""
    post.send_mail(line)


def mail_at(line: Line, now: datetime) -> datetime | None:
    """When the next mail is due; never while no mail server is set."""
    if line.mailer is None:
        return None
    with line.database.read() as session:
        return post.next_at(session)


def watch(line: Line, now: datetime) -> None:
    """Opens alarms, closes what is mended, and tells whoever can mend the rest; tells who comes on
    call what a colleague still has."""
    with line.database.write() as session:
        alarms.look(session, line, now)
    with line.database.write() as session:
        alarms.tell_all(session, line, now)
    with line.database.read() as session:
        due = turn_over.due(session, line, now)
    for alert_id in due:
        _apart(line, alert_id, turn_over.tell, now, "turn_over_failed")
    line.wake.now()


def heartbeat(line: Line, now: datetime) -> None:
    """Tells the watcher outside that a made-up alert went round since the last look; silence is the
    alarm."""
    url = line.config.heartbeat_url
    if url is None or not probe.goes_round(line):
        return
    request = urllib.request.Request(url, method="GET")  # noqa: S310 - the operator's own setting
    try:
        with urllib.request.urlopen(request, timeout=HEARTBEAT_SECONDS):  # noqa: S310
            pass
    except OSError as error:
        log.warning("heartbeat_not_taken", kind=type(error).__name__)
