"""What becomes of a timer at its end: asked, asked again, and then a person on call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot import timer
from bot.engine import Text
from bot.escalation import alerts, holding, unasked
from bot.line import Line
from bot.outbox.notices import is_closed
from bot.people import locked
from bot.safe import TIMER
from bot.saying import say_to
from bot.triage import Level
from records.audit import note
from records.models import Address, Contact, Escalation, Message, SafetyTimer
from records.models.messages import ACCEPTED, Lane, State

#: Asked at the end and again after so long; so long after that a person is paged.
AGAIN, PAGE = timedelta(minutes=10), timedelta(minutes=5)
NO_ANSWER, NOT_DELIVERED = "timer", "timer_lost"
_DEAD = (State.FAILED, State.UNDELIVERED, State.EXPIRED, State.HELD)


def due(
    session: Session, now: datetime, resting: Sequence[int] = (), limit: int = 100
) -> list[int]:
    """Timers that ask for something: the time is there, or a question could not be delivered."""
    # Of each open timer its one question: the texts that ever failed are not gone through for it.
    lost = exists().where(Message.id == SafetyTimer.asked_id, Message.state.in_(_DEAD))
    is_lost = SafetyTimer.paged_at.is_(None) & lost
    return list(
        session.scalars(
            select(SafetyTimer.id)
            .where(_is_awake(resting), or_(SafetyTimer.next_at <= now, is_lost))
            .order_by(SafetyTimer.next_at, SafetyTimer.id)
            .limit(limit)
        )
    )


def next_at(session: Session, now: datetime, resting: Sequence[int] = ()) -> datetime | None:
    """When a timer next asks for something."""
    if due(session, now, resting, 1):
        return now
    return session.scalar(select(func.min(SafetyTimer.next_at)).where(_is_awake(resting)))


def _is_awake(resting: Sequence[int]) -> ColumnElement[bool]:
    return and_(SafetyTimer.closed_at.is_(None), SafetyTimer.id.not_in(resting))


def look_after(session: Session, line: Line, timer_id: int, now: datetime) -> None:
    """The next thing for one timer, with its client's row held."""
    contact = locked(session, session.get_one(SafetyTimer, timer_id).contact_id)
    row = session.get_one(SafetyTimer, timer_id, with_for_update=True, populate_existing=True)
    if row.closed_at is not None or row.paged_at is not None:
        return
    if _is_lost(session, contact, row, now):
        _page(session, line, contact, row, NOT_DELIVERED, now)
    elif row.next_at is None or row.next_at > now:
        return
    elif session.scalar(alerts.OPEN_OF, {"contact": contact.id}) is not None:
        # Nothing is asked beside an alert; the people who know of it already hear of this too.
        _page(session, line, contact, row, NO_ANSWER, now)
    elif row.step >= 2 or row.wrong >= timer.WRONG_MOST or now - row.ends_at > AGAIN + PAGE:
        # After a standstill nobody is asked first: the time for it is over.
        _page(session, line, contact, row, NO_ANSWER, now)
    elif line.vault.is_lost(contact.data_key):
        # Nothing can be asked of them; looked at last, so that a key store that is away, where
        # this fails, keeps nobody from being paged in the end.
        _page(session, line, contact, row, NOT_DELIVERED, now)
    else:
        _ask(session, line, contact, row, now)


def _is_lost(session: Session, contact: Contact, row: SafetyTimer, now: datetime) -> bool:
    """Can or could this phone not hear the question?"""
    address = session.get(Address, row.address_id)
    if contact.stopped_at is not None or is_closed(session, address):
        return True
    asked = session.get(Message, row.asked_id, populate_existing=True) if row.asked_id else None
    if asked is None:
        return False
    # The carrier never took the last question, and the time for an answer is over.
    is_over = row.next_at is not None and row.next_at <= now
    return asked.state in _DEAD or (is_over and asked.state not in ACCEPTED)


def _ask(session: Session, line: Line, contact: Contact, row: SafetyTimer, now: datetime) -> None:
    text = Text("timer.ask_again" if row.step else "timer.ask")
    sent = say_to(
        session, line, contact, row.address_id, text, now,
        purpose=TIMER, lane=Lane.REPLY, expires_at=now + AGAIN,
    )  # fmt: skip
    row.asked_id = sent[-1].id
    row.step += 1
    row.next_at = now + (AGAIN if row.step == 1 else PAGE)
    note(session, now, "line", "timer_asked", contact_id=contact.id, detail=str(row.step))


def _page(
    session: Session, line: Line, contact: Contact, row: SafetyTimer, kind: str, now: datetime
) -> None:
    """A person on call is told. Nothing of it reaches the phone: somebody else may hold it."""
    row.paged_at, row.next_at = now, None
    found = session.scalar(alerts.OPEN_OF, {"contact": contact.id})
    if found is None:
        unasked.open_by_timer(session, line, contact, row.message_id, kind, now)
    else:
        _join(session, line, holding.held(session, found), row, kind, now)
    session.flush()


def _join(
    session: Session, line: Line, alert: Escalation, row: SafetyTimer, kind: str, now: datetime
) -> None:
    """It is one more thing to know of an item that is open already, and makes it an emergency.

    What the phone knew of stays known: they may be in the middle of asking for help. Only wrong
    digits, again and again, show other hands on it.
    """
    if row.wrong >= timer.WRONG_MOST:
        alert.is_silent, alert.silence_at, alert.tell_at = True, None, None
    if alert.kind == alerts.CALL_BACK:
        # Who waits to be called started this by text: that phone is there, and to be kept quiet.
        alert.cannot_text = kind == NOT_DELIVERED
    if alert.is_silent:
        alert.kind = kind
    alerts.raise_to(session, line, alert, Level.EMERGENCY, "timer", now)
