"""Takes the texts that are due, so that exactly one sender hands each over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.line import Line
from bot.outbox.gate import given, sendable, unfinished
from bot.outbox.judge import may_go
from bot.outbox.rate import Slots, groups
from records import holders
from records.failpoints import hit
from records.models import Message
from records.models.messages import Lane, State

LEASE = timedelta(seconds=30)
#: A page may be doubled and must not wait: whoever died with it is not waited for as long.
PAGE_LEASE = timedelta(seconds=15)


@dataclass(frozen=True)
class Claim:
    """A text that one sender holds until `message.lease_until_at`.

    `message` is as it was taken, for reading only. `taken` is the process's own steady
    clock (seconds) at that moment: a sender that slept too long must not hand over any more.
    """

    message: Message
    token: str
    taken: float


def claim_due(
    line: Line, now: datetime, limit: int = 1, *, last_lane: Lane = Lane.BULK
) -> list[Claim]:
    """Takes up to `limit` texts for clients and as many for staff, in a transaction of its own.

    `last_lane` URGENT takes urgent texts only. An empty list means nothing can go now.
    """
    with line.database.read() as session:
        waiting = session.scalar(_waiting(last_lane), given(now, 1))
    if waiting is None:
        return []
    try:
        with line.database.write() as session:
            claims = claim(session, line, now, limit, last_lane=last_lane)
    except IntegrityError:
        return []  # another sender took a text of the same contact in this instant
    if claims:
        hit("after_claim")
    return claims


def claim(
    session: Session, line: Line, now: datetime, limit: int, *, last_lane: Lane = Lane.BULK
) -> list[Claim]:
    """Leases due texts within the senders' rates; each is judged first, some are settled."""
    claims: list[Claim] = []
    for sender, to_staff, carrier in groups(line.config):
        slots = Slots(session, sender, line.config.send_rate, now)
        room = limit
        while room and slots.is_free:
            due = _to_hold(to_staff, last_lane, carrier)
            rows = session.scalars(due, given(now, room)).all()
            if not rows:
                break
            for message in rows:
                if slots.is_free and may_go(session, line, message, now):
                    claims.append(_lease(message, sender, carrier or 1, now))
                    slots.take()
                    room -= 1
            session.flush()
    return claims


@cache
def _waiting(last_lane: Lane) -> Select[int]:
    return sendable(last_lane=last_lane).with_only_columns(Message.id)


@cache
def _to_hold(to_staff: bool | None, last_lane: Lane, carrier: int | None) -> Select[Message]:
    due = sendable(to_staff=to_staff, last_lane=last_lane, carrier=carrier)
    return due.with_for_update(skip_locked=True, of=Message)


def _lease(message: Message, sender: str, carrier: int, now: datetime) -> Claim:
    token = holders.sign()
    message.state, message.lease_token = State.SENDING, token
    length = PAGE_LEASE if message.contact_id is None else LEASE
    message.lease_until_at, message.sending_at = now + length, now
    message.attempts += 1
    message.sender, message.carrier = sender, carrier
    return Claim(message, token, time.monotonic())


def orphans(session: Session, now: datetime) -> int:
    """For a process that is alone with its database: whoever held a text before is dead.

    Returns how many texts are let go at once instead of at the end of their lease.
    """
    return _let_go(session, select(Message).where(Message.state == State.SENDING), now)


def lapse(session: Session, now: datetime) -> int:
    """Takes texts away from senders that died or hang; returns how many.

    A client's text is taken when its lease ends. A page is taken as soon as the process that
    held it is seen to be dead.
    """
    over = select(Message).where(Message.state == State.SENDING, Message.lease_until_at <= now)
    return _let_go(session, over.limit(200), now) + _let_go_of_the_dead(session, now)


def _let_go_of_the_dead(session: Session, now: datetime) -> int:
    held = session.execute(
        select(Message.id, Message.lease_token).where(
            unfinished(), Message.state == State.SENDING, Message.contact_id.is_(None)
        )
    )
    dead = [row_id for row_id, token in held if holders.is_dead(token)]
    if not dead:
        return 0
    of_the_dead = select(Message).where(Message.id.in_(dead), Message.state == State.SENDING)
    return _let_go(session, of_the_dead, now)


def _let_go(session: Session, which: Select[Message], now: datetime) -> int:
    """Nobody knows whether the carrier has them: a page goes again, a double one does no harm;
    a client's text is first looked up with the carrier."""
    rows = session.scalars(which.where(unfinished()).with_for_update(skip_locked=True)).all()
    for message in rows:
        is_page = message.contact_id is None
        message.state, message.due_at = State.QUEUED if is_page else State.UNKNOWN, now
        message.lease_token = message.lease_until_at = None
    return len(rows)
