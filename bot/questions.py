"""The questions that wait for an answer, and which of them a bare digit answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, literal_column, select, update
from sqlalchemy.orm import Session

from bot.line import Line
from records import rows
from records.ids import new_id
from records.models import Contact, Message, Question
from records.models.messages import ACCEPTED
from records.rows import Kept

_DATA = "question.data:{}"
#: Open, not expired `now`, and its message accepted by the carrier.
IS_WAITING = (
    Question.closed_at.is_(None),
    Question.expires_at > bindparam("now"),
    Message.state.in_([literal_column(f"'{state}'") for state in ACCEPTED]),
)
#: The newest waiting question of `contact`.
NEWEST = (
    select(Question.id)
    .join(Message, Message.id == Question.message_id)
    .where(Question.contact_id == bindparam("contact"), *IS_WAITING)
    .order_by(Question.id.desc())
    .limit(1)
)


def put(
    session: Session,
    line: Line,
    contact: Contact,
    message: Kept,
    *,
    flow: str,
    step: str,
    choices: tuple[str, ...],
    data: Mapping[str, Any],
    now: datetime,
    expires: timedelta,
    tries: int = 0,
) -> None:
    """Stores a waiting question; its small dict is sealed."""
    question_id = new_id()
    rows.keep(
        session,
        Question,
        id=question_id,
        contact_id=contact.id,
        message_id=message.id,
        flow=flow,
        step=step,
        choices=",".join(choices),
        data_sealed=_sealed(line, contact, question_id, data),
        asked_at=now,
        expires_at=now + expires,
        tries=tries,
    )


def _sealed(
    line: Line, contact: Contact, question_id: int, data: Mapping[str, Any]
) -> bytes | None:
    if not data:
        return None
    return line.vault.seal(contact.data_key, _DATA.format(question_id), json.dumps(dict(data)))


def data_of(line: Line, contact: Contact, question: Question) -> dict[str, Any]:
    """The small dict that the question carried."""
    if question.data_sealed is None:
        return {}
    where = _DATA.format(question.id)
    data: dict[str, Any] = json.loads(
        line.vault.open(contact.data_key, where, question.data_sealed)
    )
    return data


def close(session: Session, question: Question, outcome: str, now: datetime) -> None:
    """Ends a question. What it carried served the answer alone and is not kept."""
    question.data_sealed = None
    question.closed_at, question.outcome = now, outcome
    rows.save_and_let_go(session, question)


_QUESTION = Question.metadata.tables[Question.__tablename__]
_CLOSE_FLOW = (
    update(_QUESTION)
    .where(
        _QUESTION.c.contact_id == bindparam("contact"),
        _QUESTION.c.flow == bindparam("of_flow"),
        _QUESTION.c.closed_at.is_(None),
    )
    .values(closed_at=bindparam("now"), outcome="replaced", data_sealed=None)
)


def close_flow(session: Session, contact: Contact, flow: str, now: datetime) -> None:
    """A new question of a flow replaces its older ones: one flow waits at one step."""
    # No row in memory needs to follow: whoever holds a question has closed it already.
    asked = {"contact": contact.id, "of_flow": flow, "now": now}
    rows.change(session, _CLOSE_FLOW, asked)


def expire(session: Session, now: datetime, limit: int = 500) -> int:
    """Closes questions whose time is over. Returns how many."""
    over = session.scalars(
        select(Question)
        .where(Question.closed_at.is_(None), Question.expires_at <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for question in over:
        close(session, question, "expired", now)
    return len(over)
