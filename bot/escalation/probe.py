"""Tries the line itself: a made-up urgent text goes in, and its page must come out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.escalation import alerts, holding
from bot.inbound import Inbound, receive
from bot.line import Line
from bot.outbox.gate import unfinished
from records.ids import new_token
from records.models import Acknowledgement, Escalation, Message, Page, Question
from records.models.messages import Lane

#: A whole text of this word is urgent in every state of a conversation.
WORDS = "SOS"
SENDER = "probe"
STAFF_ID = 0
URGENT_WITHIN = timedelta(seconds=60)


def goes_round(line: Line) -> bool:
    """Did a made-up text become an alert, a page and an acknowledgement just now?

    It goes through receiving, triage, the alert and its first page in the real database, and
    is then taken away again. It does not go through the phone company: instead no urgent
    text may have been due for more than a minute, so that a stuck sender shows too.
    """
    now = line.now()
    message_id = receive(
        line,
        Inbound(
            sid=f"PR{new_token()}"[:34],
            from_=SENDER,
            to="",
            body=WORDS,
            at=now,
            channel=alerts.PROBE_CHANNEL,
        ),
    )
    if message_id is None:
        return False
    with line.database.write() as session:
        return _acknowledged(session, line, message_id, now) and not _is_stuck(session, now)


def _acknowledged(session: Session, line: Line, message_id: int, now: datetime) -> bool:
    contact_id = session.scalars(select(Message.contact_id).where(Message.id == message_id)).one()
    found = session.scalar(
        select(Escalation.id).where(
            Escalation.contact_id == contact_id, Escalation.state == holding.OPEN
        )
    )
    if found is None:
        return False
    alert = holding.held(session, found)
    paged = session.scalar(select(Page.id).where(Page.escalation_id == found).limit(1))
    taken = holding.take(session, line, alert, STAFF_ID, "probe", now)
    _take_away(session, contact_id)
    return paged is not None and taken is holding.Taken.YOURS


def _take_away(session: Session, contact_id: int | None) -> None:
    ours = select(Escalation.id).where(Escalation.contact_id == contact_id)
    session.flush()
    for statement in (
        delete(Acknowledgement).where(Acknowledgement.escalation_id.in_(ours)),
        delete(Page).where(Page.escalation_id.in_(ours)),
        delete(Escalation).where(Escalation.contact_id == contact_id),
        delete(Question).where(Question.contact_id == contact_id),
        delete(Message).where(Message.contact_id == contact_id),
    ):
        session.execute(statement.execution_options(synchronize_session=False))


def _is_stuck(session: Session, now: datetime) -> bool:
    oldest = session.scalar(
        select(func.min(Message.due_at)).where(unfinished(), Message.lane == Lane.URGENT)
    )
    return oldest is not None and oldest < now - URGENT_WITHIN
