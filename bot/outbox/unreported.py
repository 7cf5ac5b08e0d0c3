"""Asks the phone company what became of texts that it took and never spoke of again."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.gateways import CarrierMessage, GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox.carriers import gateway
from bot.outbox.notices import not_delivered
from bot.outbox.receipts import keep_receipt, match, rank
from records.models import Message
from records.models.messages import Lane, State

log = structlog.get_logger()

#: Reports come within seconds; one that was lost on its way is not told a second time.
URGENT_ASK_AFTER, ASK_AFTER = timedelta(minutes=2), timedelta(minutes=30)
#: Each time it waits so many times longer: 30 minutes, 3 hours, 18 hours.
LONGER = 6
#: What a phone has not shown by then it will not: the carrier has stopped trying long ago.
GIVE_UP_AFTER = timedelta(hours=24)
#: One that the carrier fails at is asked about again after such a part of its age, behind others.
AGAIN_AFTER_PART, AGAIN_AFTER = 30, timedelta(minutes=1)
#: After so many that it fails at, a carrier is left to the next time: it may be down, and mail and
#: notices to staff wait for the same hand.
MOST_FAILED = 3
NEVER_REPORTED = "never_reported"
_SENT_RANK = rank("sent")


def ask_at(message: Message, now: datetime) -> datetime | None:
    """When to ask about a text that the carrier takes now; pages have a ladder of their own."""
    if message.contact_id is None:
        return None
    return now + (URGENT_ASK_AFTER if message.lane == Lane.URGENT else ASK_AFTER)


def ask_about(line: Line, limit: int = 20) -> int:
    """Asks about clients' texts that are overdue for a report; returns how many were asked about.

    One that the carrier fails at goes behind the others. A carrier that fails at several is asked
    no more: it can wait.
    """
    done, failed = 0, Counter[int]()
    for message_id, sid, carrier in _waiting(line, limit):
        shown: CarrierMessage | None = None
        if failed[carrier] >= MOST_FAILED:
            continue
        try:
            shown = gateway(line, carrier).fetch(sid or "")
        except (GatewayError, UnknownOutcome) as error:
            log.warning("not_known_to_the_carrier", kind=str(error))
            if isinstance(error, UnknownOutcome) or not error.permanent:
                failed[carrier] += 1
                _put_off(line, message_id)
                continue
        _note(line, message_id, shown)
        done += 1
    return done


def _waiting(line: Line, limit: int) -> list[tuple[int, str | None, int]]:
    with line.database.read() as session:
        found = session.execute(
            select(Message.id, Message.carrier_sid, Message.carrier)
            .where(
                Message.state == State.SENT,
                Message.contact_id.is_not(None),
                Message.ask_at <= line.now(),
            )
            .order_by(Message.ask_at, Message.id)
            .limit(limit)
        )
        return [(row_id, sid, carrier) for row_id, sid, carrier in found]


def _put_off(line: Line, message_id: int) -> None:
    """A question that had no answer does not stand before all others the next time."""
    now = line.now()
    with line.database.write() as session:
        message = session.get(Message, message_id, with_for_update=True)
        if message is None or message.state != State.SENT:
            return
        age = now - (message.sent_at or message.created_at)
        message.ask_at = now + max(AGAIN_AFTER, age / AGAIN_AFTER_PART)
        if age >= GIVE_UP_AFTER and message.lane == Lane.URGENT:
            _give_up(session, message, now)


def _note(line: Line, message_id: int, shown: CarrierMessage | None) -> None:
    now = line.now()
    with line.database.write() as session:
        if shown is not None and rank(shown.status) > _SENT_RANK:
            code = shown.error_code
            receipt = keep_receipt(session, shown.sid, shown.status[:16], code, message_id, now)
            match(session, receipt, now)
            return
        message = session.get(Message, message_id, with_for_update=True)
        if message is not None and message.state == State.SENT:
            _later(session, message, now)


def _later(session: Session, message: Message, now: datetime) -> None:
    """Asks again, each time after a longer while; in the end an urgent one is shown to a person."""
    sent_at = message.sent_at or message.created_at
    waited = max(now - sent_at, ASK_AFTER)
    if now - sent_at >= GIVE_UP_AFTER:
        _give_up(session, message, now)
        return
    message.ask_at = min(sent_at + waited * LONGER, sent_at + GIVE_UP_AFTER)


def _give_up(session: Session, message: Message, now: datetime) -> None:
    message.ask_at = None
    if message.lane == Lane.URGENT:
        not_delivered(session, message, NEVER_REPORTED, now)
