"""Tells a worker's own phone from a forged one by a short code that only that phone is sent."""

from __future__ import annotations

import hmac
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.escalation.telling import audit, tell
from bot.line import Line
from records.models import Escalation, Message, Page, Staff
from records.models.messages import State

#: After so many wrong codes for an item none counts any more: only the panel closes it.
WRONG_MOST = 5


def code_of(line: Line, alert: Escalation, staff: Staff) -> str:
    """Three digits for this item and this phone. Kept nowhere: a keyed hash gives them anew."""
    mark = line.vault.index("staff.code", f"{alert.number}:{staff.phone_index}")
    return str(100 + int(mark, 16) % 900)


def may_close(
    session: Session, line: Line, alert: Escalation, staff: Staff, code: str, now: datetime
) -> bool:
    """Does `code` (empty: none was given) show that the worker's own phone texted?

    If not, that phone is told how to close; whoever forged its number does not hear it.
    """
    right, number = code_of(line, alert, staff), alert.number or 0
    if alert.wrong_codes >= WRONG_MOST:
        tell(session, line, staff.id, "page.close_in_panel", now, number=number)
        return False
    # As bytes: digits of another script are wrong ones, and no error.
    if hmac.compare_digest(code.encode(), right.encode()):
        return True
    if code:
        alert.wrong_codes += 1
        audit(session, alert, "wrong_code", now, actor=f"staff:{staff.id}")
    tell(session, line, staff.id, "page.close_code", now, number=number, code=int(right))
    return False


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
