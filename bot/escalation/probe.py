"""Tries the line itself: a made-up urgent text goes in, and its page must come out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.escalation import holding
from bot.escalation.telling import NOBODY
from bot.inbound import Inbound, receive
from bot.line import Line
from bot.outbox.gate import unfinished
from bot.outbox.writing import PROBE
from records.ids import new_token
from records.models import Acknowledgement, Escalation, Message, Page, Question
from records.models.messages import UNFINISHED, Lane, State

#: A whole text of this word is urgent in every state of a conversation.
WORDS = "SOS"
SENDER = "probe"
URGENT_WITHIN = timedelta(seconds=60)
#: A trial from before the line stood still says nothing of how it is now.
RECENT = timedelta(minutes=5)


def goes_round(line: Line) -> bool:
    """Has the trial begun at the last call come out as a page by now? Begins the next one.

    A trial goes through receiving, triage, the alert, its page, the outbox and a sender, who asks
    the phone company whether it takes what this account sends (a real text each minute would cost
    more than the line). It is then acknowledged and taken away. One that is still on its way
    stays, so that what waits is seen, and no other begins. Besides, no urgent text to anybody may
    have been due for more than a minute.
    """
    now = line.now()
    with line.database.write() as session:
        found = _begun(session)
        if found is not None and _is_on_its_way(session, found):
            return False
        came_out = found is not None and _came_out(session, line, found, now)
        is_stuck = _is_stuck(session, now)
    return _begin(line, now) and came_out and not is_stuck


def _begin(line: Line, now: datetime) -> bool:
    trial = Inbound(
        sid=f"PR{new_token()}"[:34], from_=SENDER, to="", body=WORDS, at=now, channel=PROBE
    )
    return receive(line, trial) is not None


def _begun(session: Session) -> int | None:
    """The alert of the trial that has not been taken away."""
    found = select(Escalation.id).where(Escalation.is_probe, Escalation.state != holding.RESOLVED)
    return session.scalar(found.limit(1))


def _pages(session: Session, alert_id: int) -> list[Message]:
    pages = select(Page.message_id).where(Page.escalation_id == alert_id)
    return list(session.scalars(select(Message).where(Message.id.in_(pages))))


def _is_on_its_way(session: Session, alert_id: int) -> bool:
    return any(page.state in UNFINISHED for page in _pages(session, alert_id))


def _came_out(session: Session, line: Line, alert_id: int, now: datetime) -> bool:
    """Did its page come out in time, and can it be acknowledged? It is taken away in any case."""
    alert = holding.held(session, alert_id)
    in_time = any(
        page.state == State.DELIVERED
        and (page.final_at or now) - page.created_at <= URGENT_WITHIN
        and now - page.created_at <= RECENT
        for page in _pages(session, alert_id)
    )
    taken = holding.take(session, line, alert, NOBODY, PROBE, now)
    _take_away(session, alert.contact_id)
    return in_time and taken is holding.Taken.YOURS


def _take_away(session: Session, contact_id: int) -> None:
    ours = select(Escalation.id).where(Escalation.contact_id == contact_id)
    pages = session.scalars(select(Page.message_id).where(Page.escalation_id.in_(ours))).all()
    session.flush()
    for statement in (
        delete(Acknowledgement).where(Acknowledgement.escalation_id.in_(ours)),
        delete(Page).where(Page.escalation_id.in_(ours)),
        delete(Escalation).where(Escalation.contact_id == contact_id),
        delete(Question).where(Question.contact_id == contact_id),
        delete(Message).where(Message.contact_id == contact_id),
        delete(Message).where(Message.id.in_(pages)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _is_stuck(session: Session, now: datetime) -> bool:
    oldest = session.scalar(
        select(func.min(Message.due_at)).where(unfinished(), Message.lane == Lane.URGENT)
    )
    return oldest is not None and oldest < now - URGENT_WITHIN
