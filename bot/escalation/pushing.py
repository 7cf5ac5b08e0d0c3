"""Pages workers on their own screens, beside the texts: a number of items, nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.escalation import holding, taking
from bot.escalation.ladder import PUSH
from bot.escalation.telling import words, write
from bot.line import Line
from bot.push import PushError
from records.errors import MendableError
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Escalation, Message, Page, PushSubscription
from records.models.messages import State

log = structlog.get_logger()

TRY_AGAIN = timedelta(seconds=15)
MOST_TRIES = 3
#: A browser that fails so often in a row is given up.
MOST_FAILURES = 10
TEXT = "page.push"


def page(session: Session, line: Line, alert: Escalation, staff_id: int, now: datetime) -> None:
    """One notice to all screens of a worker. It proves nothing and holds nothing up."""
    if line.pusher is None or not live(session, staff_id):
        return
    row = write(session, line, staff_id, _words(session, line), now, channel=PUSH, text_id=TEXT)
    session.add(
        Page(
            escalation_id=alert.id,
            staff_id=staff_id,
            channel=PUSH,
            step=alert.step,
            message_id=row.id,
            created_at=now,
        )
    )


def _words(session: Session, line: Line) -> str:
    waiting = (
        select(func.count())
        .select_from(Escalation)
        .where(Escalation.state == holding.OPEN, Escalation.is_probe.is_(False))
    )
    return words(line, TEXT, number=max(1, session.scalar(waiting) or 0))


def live(session: Session, staff_id: int) -> list[PushSubscription]:
    """The screens of a worker that may be shown something, oldest first."""
    chosen = select(PushSubscription).where(
        PushSubscription.staff_id == staff_id, PushSubscription.ended_at.is_(None)
    )
    return list(session.scalars(chosen.order_by(PushSubscription.id)))


def end_all(session: Session, staff_id: int, now: datetime) -> None:
    """No screen of this worker is shown anything any more: the phone may be lost."""
    session.execute(
        update(PushSubscription)
        .where(PushSubscription.staff_id == staff_id, PushSubscription.ended_at.is_(None))
        .values(ended_at=now, ended_why="revoked")
    )


def subscribe(
    session: Session, line: Line, staff_id: int, told: dict[str, object], host: str, now: datetime
) -> PushSubscription:
    """Keeps what a browser gave, sealed. The same browser again takes the place of itself."""
    index = line.vault.index("push.endpoint", str(told["endpoint"]))
    known = session.scalar(select(PushSubscription).where(PushSubscription.endpoint_index == index))
    if known is not None:
        session.delete(known)
        session.flush()
    row = PushSubscription(id=new_id(), staff_id=staff_id, endpoint_index=index, host=host,
        created_at=now, failures=0)  # fmt: skip
    row.subscription_sealed = line.vault.seal(SYSTEM, _where(row), json.dumps(told))
    session.add(row)
    return row


def _where(row: PushSubscription) -> str:
    return f"push_subscription.subscription:{row.id}"


def send_due(line: Line, limit: int = 20) -> None:
    """Shows what is due on the workers' screens."""
    for _ in range(limit):
        taken = _take(line)
        if taken is None:
            return
        _send(line, *taken)


def next_at(session: Session) -> datetime | None:
    """When the next notice is due."""
    return taking.next_at(session, PUSH)


@dataclass(frozen=True)
class _Screen:
    """One browser with what it needs, opened only for the call."""

    id: int
    told: dict[str, object]


def _take(line: Line) -> tuple[Message, str, list[_Screen]] | None:
    with line.database.write() as session:
        taken = taking.take(session, PUSH, line.now())
        return taken and (*taken, _screens(session, line, taken[0].staff_id or 0))


def _screens(session: Session, line: Line, staff_id: int) -> list[_Screen]:
    found = []
    for row in live(session, staff_id):
        try:
            told = line.vault.open(SYSTEM, _where(row), row.subscription_sealed)
        except MendableError:
            continue
        found.append(_Screen(row.id, json.loads(told)))
    return found


def _send(line: Line, message: Message, token: str, screens: list[_Screen]) -> None:
    body = words(line, TEXT, number=1)
    if message.body_sealed is not None:
        body = line.vault.open(SYSTEM, f"message.body:{message.id}", message.body_sealed)
    results: dict[int, PushError | None] = {}
    for screen in screens:
        try:
            if line.pusher is None:
                raise PushError("no_pusher")
            line.pusher.send(screen.told, body)
            results[screen.id] = None
        except PushError as error:
            log.warning("push_failed", kind=str(error))
            results[screen.id] = error
    with line.database.write() as session:
        for row_id, trouble in results.items():
            _remember(session, row_id, trouble, line.now())
        held = taking.held(session, message, token)
        if held is not None:
            _write_back(held, any(error is None for error in results.values()), line.now())


def _remember(session: Session, row_id: int, trouble: PushError | None, now: datetime) -> None:
    row = session.get(PushSubscription, row_id, with_for_update=True)
    if row is None:
        return
    if trouble is None:
        row.used_at, row.failures = now, 0
        return
    row.failures += 1
    if trouble.is_gone or row.failures >= MOST_FAILURES:
        row.ended_at, row.ended_why = now, "gone" if trouble.is_gone else "failures"


def _write_back(message: Message, is_shown: bool, now: datetime) -> None:
    if is_shown:
        message.state, message.sent_at, message.final_at = State.SENT, now, now
    elif message.attempts >= MOST_TRIES:
        message.state, message.reason, message.final_at = State.FAILED, "push_refused", now
    else:
        message.state, message.due_at = State.QUEUED, now + TRY_AGAIN
