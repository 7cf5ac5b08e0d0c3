"""Keeps what the phone company says became of a text, in whatever order it says it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.line import Line
from bot.outbox.codes import CANNOT_BE_TEXTED, NUMBER_GONE, meaning
from bot.outbox.notices import alarm, closed_by_carrier, delivered_after_all, not_delivered
from records.models import Contact, DeliveryReceipt, Message
from records.models.messages import State

#: What each of the carrier's words proves, from least to most. A later word never takes back
#: a stronger one, so the end is the same in whatever order and however often they arrive.
RANKS = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 0,
    "sending": 1,
    "sent": 2,
    "canceled": 3,
    "failed": 4,
    "undelivered": 5,
    "delivered": 6,
    "read": 6,
}
_STATES = {3: State.FAILED, 4: State.FAILED, 5: State.UNDELIVERED, 6: State.DELIVERED}
_PROVES = {State.SENT: 2, State.FAILED: 4, State.UNDELIVERED: 5, State.DELIVERED: 6}
_OURS = re.compile(r"[0-9]{1,18}|[1-8][0-9]{18}")  # fits 63 bits
PARKED_FOR = timedelta(days=7)


def rank(status: str) -> int:
    """How much a status proves; a word the carrier has not used so far proves acceptance."""
    return RANKS.get(status, 0)


def asks_to_act(params: Mapping[str, str]) -> bool:
    """Is there something to do at once after this callback: a page by another way, a call that
    ended? What goes as it should happens three times for every text, and asks for nothing."""
    status = params.get("MessageStatus") or params.get("SmsStatus") or ""
    return rank(status) in (3, 4, 5) or "CallStatus" in params


def record_receipt(
    line: Line, params: Mapping[str, str], message_id: str | None, now: datetime
) -> None:
    """Keeps one status callback in a transaction of its own. `message_id` is our own `m`.

    Said twice changes nothing. One that fits no text yet is kept for the sweeper.
    """
    sid = params.get("MessageSid") or params.get("SmsSid") or params.get("CallSid") or ""
    status = params.get("MessageStatus") or params.get("SmsStatus") or ""
    if not sid or not status:
        return
    own = int(message_id) if message_id and _OURS.fullmatch(message_id) else None
    with line.database.write() as session:
        receipt = keep_receipt(session, sid[:40], status[:16], params.get("ErrorCode"), own, now)
        match(session, receipt, now)


def keep_receipt(
    session: Session, sid: str, status: str, code: str | None, own: int | None, now: datetime
) -> DeliveryReceipt:
    """The row of what was said about a SID; said twice it is one row."""
    known = select(DeliveryReceipt).where(
        DeliveryReceipt.carrier_sid == sid, DeliveryReceipt.status == status
    )
    found = session.scalar(known)
    if found is not None:
        return found
    receipt = DeliveryReceipt(
        carrier_sid=sid,
        status=status,
        error_code=code[:12] if code and code != "0" else None,
        message_id=own,
        received_at=now,
    )
    try:
        with session.begin_nested():
            session.add(receipt)
    except IntegrityError:
        return session.scalars(known).one()  # the same callback, a moment earlier
    return receipt


def match(session: Session, receipt: DeliveryReceipt, now: datetime) -> bool:
    """Applies a receipt to its text, if that is known; True when it was."""
    if receipt.is_matched:
        return True
    message = _message_of(session, receipt)
    if message is None:
        return False
    receipt.message_id, receipt.is_matched = message.id, True
    _apply(session, message, receipt, now)
    return True


def match_parked(session: Session, sid: str, now: datetime) -> None:
    """Applies what was said about a SID before we knew whose it is."""
    for receipt in session.scalars(
        select(DeliveryReceipt).where(
            DeliveryReceipt.carrier_sid == sid, DeliveryReceipt.is_matched.is_(False)
        )
    ).all():
        match(session, receipt, now)


def sweep_parked(session: Session, now: datetime, limit: int = 200) -> int:
    """Tries again to match what is parked; returns how many it matched. Forgets the very old."""
    rows = session.scalars(
        select(DeliveryReceipt)
        .where(DeliveryReceipt.is_matched.is_(False))
        .order_by(DeliveryReceipt.received_at)
        .limit(limit)
    ).all()
    for receipt in rows:
        if receipt.received_at < now - PARKED_FOR:
            session.delete(receipt)
    return sum(match(session, receipt, now) for receipt in rows)


def _message_of(session: Session, receipt: DeliveryReceipt) -> Message | None:
    by_sid = select(Message.id).where(
        Message.carrier_sid == receipt.carrier_sid, Message.direction == "outbound"
    )
    message_id = session.scalar(by_sid) or receipt.message_id
    if message_id is None:
        return None
    message = session.get(Message, message_id, with_for_update=True)
    return message if message and message.direction == "outbound" else None


def _apply(session: Session, message: Message, receipt: DeliveryReceipt, now: datetime) -> None:
    proven = rank(receipt.status)
    if message.carrier_sid is None:
        # The callback names our row: it proves that the carrier has this text.
        message.carrier_sid = receipt.carrier_sid
    state = State(message.state)
    if state not in _PROVES or proven > _PROVES[state]:
        _advance(session, message, receipt, _STATES.get(proven, State.SENT), now)


def _advance(
    session: Session, message: Message, receipt: DeliveryReceipt, state: State, now: datetime
) -> None:
    message.state = state
    message.lease_token = message.lease_until_at = None
    message.sent_at = message.sent_at or now
    if state is State.SENT:
        message.reason = message.error_code = None
        return
    message.final_at = message.final_at or now
    if state is State.DELIVERED:
        message.reason = message.error_code = None
        delivered_after_all(session, message, now)
        return
    trouble = meaning(receipt.error_code)
    message.error_code, message.reason = receipt.error_code, trouble.reason
    not_delivered(session, message, trouble.reason, now)
    heed(session, message, trouble.reason, now)
    if trouble.account_wide:
        alarm(session, f"carrier_{trouble.reason}", now)


def heed(session: Session, message: Message, reason: str, now: datetime) -> None:
    """What a permanent reason says about the number itself."""
    if message.contact_id is None:
        return
    if reason == CANNOT_BE_TEXTED:
        closed_by_carrier(session, message.address_id, now)
    elif reason == NUMBER_GONE:
        # The number may belong to somebody else one day: ask again before texting first.
        contact = session.get_one(Contact, message.contact_id)
        contact.safe_to_text = "unknown"
        contact.doubted_at = contact.doubted_at or now
        key = f"number_gone:{contact.id}"
        add_item(session, now, "number_gone", "routine", contact.id, message.id, key)
