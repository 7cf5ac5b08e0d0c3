"""Who has an urgent item: the first to take it, until they answer, let go, or time is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import people
from bot.engine import Text
from bot.escalation import ladder, paging, roster
from bot.escalation.talk import bot_speaks, talk_ends
from bot.escalation.telling import audit, tell
from bot.line import Line
from records.models import Acknowledgement, Conversation, Escalation, Message, QueueItem
from records.models.messages import State

OPEN, ACKNOWLEDGED, RESOLVED = "open", "acknowledged", "resolved"


class Taken(Enum):
    """What came of an attempt to take an item."""

    YOURS = "yours"
    YOURS_ALREADY = "yours already"
    ANOTHERS = "another's"
    CLOSED = "closed"


def held(session: Session, escalation_id: int) -> Escalation:
    """The alert, locked together with its client until the transaction ends.

    The client's row comes first, as when a text arrives, so that two never wait crosswise.
    Raises NoResultFound for an unknown id.
    """
    contact_id = session.scalars(
        select(Escalation.contact_id).where(Escalation.id == escalation_id)
    ).one()
    people.locked(session, contact_id)
    return session.scalars(
        select(Escalation)
        .where(Escalation.id == escalation_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def numbered(session: Session, number: int) -> Escalation | None:
    """The alert with this number that is not resolved, locked."""
    found = session.scalar(
        select(Escalation.id).where(Escalation.number == number, Escalation.state != RESOLVED)
    )
    return None if found is None else held(session, found)


def is_quiet(alert: Escalation) -> bool:
    """Must the client's phone show nothing of this? A caller who asked for a call is no such."""
    return alert.is_silent and not alert.cannot_text


def yours(alert: Escalation) -> str:
    """What whoever has the item is told: of a quiet one also not to text or call in haste."""
    if alert.is_drill:
        return "page.drill_done"
    return "page.taken_quiet" if is_quiet(alert) else "page.taken"


def take(
    session: Session, line: Line, alert: Escalation, staff_id: int, how: str, now: datetime
) -> Taken:
    """Gives the item to this worker unless somebody has it. `how`: sms, voice or panel.

    The taker gets a text with "not you? reply 0", the others hear that it is taken.
    """
    if alert.state == RESOLVED:
        return Taken.CLOSED
    if alert.state == ACKNOWLEDGED:
        return Taken.YOURS_ALREADY if alert.acknowledged_by == staff_id else Taken.ANOTHERS
    others = [i for i in paging.paged_people(session, alert) if i != staff_id]
    paging.withdraw(session, alert, now)
    row = Acknowledgement(escalation_id=alert.id, staff_id=staff_id, how=how, at=now)
    session.add(row)
    alert.state, alert.acknowledged_by, alert.acknowledged_at = ACKNOWLEDGED, staff_id, now
    alert.ack_expires_at = now + timedelta(minutes=ladder.ACK_MINUTES[alert.level])
    alert.next_at = alert.tell_at = None
    session.flush()
    audit(session, alert, "acknowledged", now, actor=f"staff:{staff_id}", detail=how)
    if alert.number is not None:
        told = tell(session, line, staff_id, yours(alert), now, number=alert.number)
        row.message_id = told.id if told else None
        for other in others:
            tell_taken(session, line, alert, other, now)
    if alert.is_drill:
        resolve(session, alert, staff_id, "drill", now)
    return Taken.YOURS


def who_has(session: Session, line: Line, alert: Escalation, now: datetime) -> Text:
    """Who that is, by place on the rota: a name does not belong on a lock screen."""
    return Text(f"page.has.{roster.place(session, line, alert.acknowledged_by, now)}")


def tell_taken(
    session: Session, line: Line, alert: Escalation, staff_id: int, now: datetime
) -> None:
    """Tells a worker that somebody else has the item, and who."""
    number, who = alert.number or 0, who_has(session, line, alert, now)
    tell(session, line, staff_id, "page.taken_by_other", now, number=number, who=who)


def hand_on(session: Session, line: Line, alert: Escalation, staff_id: int, now: datetime) -> None:
    """Gives an item that one worker has to another, who has just confirmed, with new minutes."""
    before = alert.acknowledged_by
    _end(session, alert, "handed_on", now)
    session.add(Acknowledgement(escalation_id=alert.id, staff_id=staff_id, how="panel", at=now))
    alert.state, alert.acknowledged_by, alert.acknowledged_at = ACKNOWLEDGED, staff_id, now
    alert.ack_expires_at = now + timedelta(minutes=ladder.ACK_MINUTES[alert.level])
    session.execute(
        update(Conversation)
        .where(Conversation.contact_id == alert.contact_id, Conversation.handed_off_to == before)
        .values(handed_off_to=staff_id)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    audit(session, alert, "handed_on", now, actor=f"staff:{staff_id}", detail=f"staff:{before}")
    if alert.number is not None:
        tell(session, line, staff_id, yours(alert), now, number=alert.number)


def let_go(session: Session, alert: Escalation, why: str, now: datetime) -> None:
    """Nobody has the item any more and its ladder goes on at once. `why`: expired, released."""
    bot_speaks(session, alert.contact_id, alert.acknowledged_by)
    _end(session, alert, why, now)
    alert.state, alert.next_at = OPEN, now
    if why == "released":
        alert.step = max(alert.step, ladder.OTHERS)  # not only whoever just gave it back
    since = alert.raised_at or alert.opened_at
    if (alert.human_at or since) <= since and (alert.step or alert.pages_when == "always"):
        alert.tell_at = max(now, ladder.tells_at(since))
    session.flush()
    audit(session, alert, f"acknowledgement_{why}", now)


def last_taken(session: Session, staff_id: int) -> Escalation | None:
    """The item that this worker took last and still has, locked."""
    newest = session.scalar(
        select(Acknowledgement)
        .where(Acknowledgement.staff_id == staff_id, Acknowledgement.ended_at.is_(None))
        .order_by(Acknowledgement.at.desc(), Acknowledgement.id.desc())
        .limit(1)
    )
    if newest is None:
        return None
    alert = held(session, newest.escalation_id)
    return alert if alert.acknowledged_by == staff_id else None


def human_wrote(
    session: Session, alert: Escalation, staff_id: int, now: datetime, *, is_by_text: bool = False
) -> None:
    """A person replied to the client or wrote a note: the item stays with whoever has it.
    All of it by text (the number could be forged): only `is_kept_by_words` says if it stays."""
    alert.human_at = now
    alert.silence_at = alert.tell_at = None
    row = _current(session, alert) if is_by_text else None
    if row is None or row.how != ladder.SMS:
        alert.ack_expires_at = None
    audit(session, alert, "answered", now, actor=f"staff:{staff_id}")


def is_kept_by_words(session: Session, alert: Escalation) -> bool:
    """Taken and answered by text: has the worker's own phone got "you have it. Not you?"?"""
    row = _current(session, alert)
    since = max(row.at, alert.raised_at or row.at) if row else alert.opened_at
    if row is None or alert.human_at is None or alert.human_at < since:
        return False
    told = session.get(Message, row.message_id) if row.message_id else None
    return told is None or told.state == State.DELIVERED


def _current(session: Session, alert: Escalation) -> Acknowledgement | None:
    return session.scalar(
        select(Acknowledgement).where(
            Acknowledgement.escalation_id == alert.id, Acknowledgement.ended_at.is_(None)
        )
    )


def human_wrote_to(session: Session, contact_id: int, staff_id: int, now: datetime) -> None:
    """The same, for whichever alert of this client is open, if any."""
    is_open = Escalation.state != RESOLVED
    found = session.scalar(
        select(Escalation.id).where(Escalation.contact_id == contact_id, is_open)
    )
    if found is not None:
        human_wrote(session, held(session, found), staff_id, now)


def resolve(
    session: Session, alert: Escalation, staff_id: int, outcome: str, now: datetime
) -> None:
    """A person says that it is over: the bot may speak to the client again."""
    holder = alert.acknowledged_by
    _end(session, alert, RESOLVED, now)
    paging.withdraw(session, alert, now)
    alert.state, alert.resolved_at, alert.resolved_by = RESOLVED, now, staff_id
    alert.outcome = outcome[:32]
    alert.next_at = alert.silence_at = alert.tell_at = None
    session.execute(
        update(QueueItem)
        .where(
            QueueItem.dedupe_key == f"urgent:{alert.contact_id}", QueueItem.resolved_at.is_(None)
        )
        .values(resolved_at=now, resolved_by=staff_id, outcome=alert.outcome)
        .execution_options(synchronize_session=False)
    )
    talk_ends(session, alert, {staff_id, holder}, now)
    session.flush()
    audit(session, alert, RESOLVED, now, actor=f"staff:{staff_id}", detail=alert.outcome)


def reopen_for(session: Session, alert: Escalation, now: datetime) -> None:
    """It got worse: whoever had it, everybody in line is told anew, from the bottom rung."""
    bot_speaks(session, alert.contact_id, alert.acknowledged_by)
    _end(session, alert, "raised", now)
    alert.state, alert.step = OPEN, 0
    alert.ladder_at = alert.next_at = now
    session.flush()


def start_over(session: Session, alert: Escalation, now: datetime) -> None:
    """It may have got worse, and no level is higher: from the bottom rung, or once minutes end."""
    alert.step, alert.ladder_at = 0, now
    if alert.state == OPEN:
        alert.next_at = now
    session.flush()
    audit(session, alert, "ladder_restarted", now)


def _end(session: Session, alert: Escalation, why: str, now: datetime) -> None:
    session.execute(
        update(Acknowledgement)
        .where(Acknowledgement.escalation_id == alert.id, Acknowledgement.ended_at.is_(None))
        .values(ended_at=now, ended_by=why)
        .execution_options(synchronize_session=False)
    )
    alert.acknowledged_by = alert.acknowledged_at = alert.ack_expires_at = None
