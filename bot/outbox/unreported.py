"""Asks the phone company what became of texts that it took and never spoke of again."""

from __future__ import annotations

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
NEVER_REPORTED = "never_reported"
_SENT_RANK = rank("sent")


def ask_at(message: Message, now: datetime) -> datetime | None:
    """When to ask about a text that the carrier takes now; pages have a ladder of their own."""
    if message.contact_id is None:
        return None
    return now + (URGENT_ASK_AFTER if message.lane == Lane.URGENT else ASK_AFTER)


def ask_about(line: Line, limit: int = 20) -> int:
    """Asks about clients' texts that are overdue for a report; returns how many were asked about.

    A carrier of which an answer does not come is asked no more: it is down, and it can wait.
    """
    done, away = 0, set[int]()
    with line.database.read() as session:
        waiting = session.execute(
            select(Message.id, Message.carrier_sid, Message.carrier)
            .where(
                Message.state == State.SENT,
                Message.contact_id.is_not(None),
                Message.ask_at <= line.now(),
            )
            .order_by(Message.ask_at)
            .limit(limit)
        ).all()
    for message_id, sid, carrier in waiting:
        shown: CarrierMessage | None = None
        if carrier in away:
            continue
        try:
            shown = gateway(line, carrier).fetch(sid or "")
        except GatewayError as error:
            log.warning("not_known_to_the_carrier", code=error.code)
        except UnknownOutcome:
            away.add(carrier)
            continue
        _note(line, message_id, shown)
        done += 1
    return done


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
        message.ask_at = None
        if message.lane == Lane.URGENT:
            not_delivered(session, message, NEVER_REPORTED, now)
        return
    message.ask_at = min(sent_at + waited * LONGER, sent_at + GIVE_UP_AFTER)
