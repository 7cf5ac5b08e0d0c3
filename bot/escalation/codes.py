"""Tells a worker's own phone from a forged one by a short code that only that phone is sent."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from bot.escalation import roster
from bot.escalation.telling import audit, tell
from bot.line import Line
from bot.triage import Level
from records.models import Escalation, Message, Page, Staff
from records.models.messages import State

#: After so many wrong codes for an item none counts any more: only the panel closes it.
WRONG_MOST = 5


def newest_cry(session: Session, alert: Escalation) -> str:
    """A mark that changes with each urgent text of this client, and whenever the alert gets graver:
    who closes it must have heard of that."""
    last = session.scalar(
        select(func.max(Message.seq)).where(
            Message.contact_id == alert.contact_id,
            Message.direction == "inbound",
            Message.level != Level.ROUTINE.value,
        )
    )
    return f"{last or 0}.{int((alert.raised_at or alert.opened_at).timestamp())}"


def code_of(session: Session, line: Line, alert: Escalation, staff: Staff) -> str:
    """Three digits for this item and this phone, until the client cries for help again. Kept
    nowhere: a keyed hash gives them anew."""
    said = f"{alert.number}:{newest_cry(session, alert)}:{staff.phone_index}"
    mark = line.vault.index("staff.code", said)
    return str(100 + int(mark, 16) % 900)


def is_right(session: Session, line: Line, alert: Escalation, staff: Staff, code: str) -> bool:
    """Is it the code of this phone? As bytes: digits of another script are wrong ones, no error."""
    right = code_of(session, line, alert, staff)
    return hmac.compare_digest(code.encode(), right.encode())


def may_close(
    session: Session, line: Line, alert: Escalation, staff: Staff, code: str, now: datetime
) -> bool:
    """Does `code` (empty: none was given) show that the worker's own phone texted?

    If not, that phone is told how to close; whoever forged its number does not hear it.
    """
    number = alert.number or 0
    if alert.wrong_codes >= WRONG_MOST:
        tell(session, line, staff.id, "page.close_in_panel", now, number=number)
        return False
    if is_right(session, line, alert, staff, code):
        return True
    if code:
        alert.wrong_codes += 1
        audit(session, alert, "wrong_code", now, actor=f"staff:{staff.id}")
    right = int(code_of(session, line, alert, staff))
    tell(session, line, staff.id, "page.close_code", now, number=number, code=right)
    return False


def may_take(session: Session, alert: Escalation, staff: Staff) -> bool:
    """May this worker take the item by text? Only who still works with clients, and was paged."""
    return roster.may_answer(staff) and was_paged(session, alert, staff.id)


def was_paged(session: Session, alert: Escalation, staff_id: int) -> bool:
    """Was this worker paged about the item, ever, by a page that no carrier said was in vain?

    A page on its way, or one that nothing proves, counts: it may be in the worker's hand.
    """
    refused = Message.state.in_((State.FAILED, State.UNDELIVERED))
    found = session.scalar(
        select(Page.id)
        .outerjoin(Message, Message.id == Page.message_id)
        .where(
            Page.escalation_id == alert.id,
            Page.staff_id == staff_id,
            or_(Message.id.is_(None), ~refused),
        )
        .limit(1)
    )
    return found is not None
