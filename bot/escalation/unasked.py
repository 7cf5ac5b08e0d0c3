"""An urgent item that no text opened: a client's timer ran out, or a caller wants a call back."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import watched
from bot.case import Case, add_item
from bot.escalation import alerts, holding, ladder, paging, waking
from bot.escalation.telling import audit
from bot.line import Line
from bot.timer import WRONG_MOST
from bot.triage import Level
from records.models import Contact, Escalation, Message, SafetyTimer


def open_by_timer(
    session: Session, line: Line, contact: Contact, message_id: int, kind: str, now: datetime
) -> Escalation:
    """A client's own timer ran out: people are paged, and the phone hears nothing of it."""
    return _open(session, line, contact, message_id, kind, Level.EMERGENCY, now)


def ask_for_call(session: Session, line: Line, call: Message, now: datetime) -> None:
    """A caller whom nobody answered wants to be called back: somebody is told now, at any hour.

    No text goes to that phone for it. `call` is the call's row, held with its caller's.
    """
    call.level, call.kind = Level.URGENT.value, alerts.CALL_BACK
    alert = _open_of(session, call)
    if alert is None:
        contact = session.get_one(Contact, call.contact_id)
        _open(session, line, contact, call.id, alerts.CALL_BACK, Level.URGENT, now)
    elif alert.acknowledged_by is None and alert.pages_when != waking.ALWAYS:
        alerts.raise_to(session, line, alert, Level.URGENT, "call", now)
    else:
        alert.pages_when = waking.ALWAYS
        paging.more(session, line, alert, now)
        if alert.acknowledged_by is not None:
            minutes = ladder.ACK_MINUTES[Level.URGENT.value]
            alerts.answer_within(session, alert, minutes, now)


def spoke(session: Session, line: Line, call: Message, staff_id: int, now: datetime) -> None:
    """A worker took the client's own call: they have the open item too, unless somebody has.

    A key tells nothing of the talk, which may have ended at once: they write something within
    half an hour, or the paging goes on. With a phone that others read nobody knows who called:
    there the minutes for a word run on.
    """
    call.final_at = now
    alert = _open_of(session, call)
    if alert is None:
        return
    is_due = alert.acknowledged_by is None or alert.ack_expires_at is not None
    was_answered = not is_due or holding.is_kept_by_words(session, alert)
    holding.take(session, line, alert, staff_id, ladder.VOICE, now)
    if not holding.is_quiet(alert):
        holding.human_wrote(session, alert, staff_id, now)
        if not was_answered:
            alert.ack_expires_at = now + timedelta(minutes=ladder.MORE_MINUTES)


def heed_cry(case: Case, alert: Escalation) -> None:
    """A cry for help comes from the phone whose timer ran out: the item is no quiet one any more,
    unless the phone may be in other hands. The line kept still since nobody had asked for help."""
    is_cry = case.verdict.level is not Level.ROUTINE
    if not (is_cry and alert.is_silent and _ran_out(case.session, alert)):
        return
    is_doubtful = case.contact.doubted_at is not None or watched.was_hushed(case, alert.opened_at)
    if is_doubtful or alerts.must_be_silent(case, case.verdict.kind or alert.kind):
        return
    alert.is_silent = False
    if not (alert.acknowledged_by or alert.human_at):
        alert.tell_at = ladder.tells_at(case.now)


def _ran_out(session: Session, alert: Escalation) -> bool:
    """Did a timer open it, whose digits nobody has tried to guess? It may run on since."""
    found = select(SafetyTimer.id).where(
        SafetyTimer.contact_id == alert.contact_id,
        SafetyTimer.message_id == alert.message_id,
        SafetyTimer.wrong < WRONG_MOST,
    )
    return session.scalar(found.limit(1)) is not None


def _open_of(session: Session, call: Message) -> Escalation | None:
    open_id = session.scalar(alerts.OPEN_OF, {"contact": call.contact_id})
    return alerts.held(session, open_id) if open_id else None


def _open(
    session: Session,
    line: Line,
    contact: Contact,
    message_id: int,
    kind: str,
    level: Level,
    now: datetime,
) -> Escalation:
    alert = Escalation(
        number=alerts.next_number(session),
        contact_id=contact.id,
        level=level.value,
        kind=kind,
        is_silent=True,
        cannot_text=level is Level.URGENT,
        ladder_at=now,
        next_at=now,
        opened_at=now,
        message_id=message_id,
    )
    session.add(alert)
    session.flush()
    audit(session, alert, "alert_opened", now, detail=f"{level.value} {kind}")
    key = f"urgent:{contact.id}"
    add_item(session, now, "urgent", alert.level, contact.id, message_id, key)
    paging.climb(session, line, alert, now)
    return alert
