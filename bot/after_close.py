"""Just after an urgent item was closed a "2" is a cry, and what nobody understands is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select

from bot import safety
from bot.case import Case
from bot.escalation import alerts, paging, to_client
from bot.escalation.ladder import SMS
from bot.triage import Level, Tier
from records import rows
from records.models import Escalation, Message
from records.models.messages import State

#: So long after the closing a late answer is still one to the item's question.
WITHIN = timedelta(minutes=30)
_NOT_HEARD = (State.QUEUED, State.FAILED, State.HELD, State.EXPIRED)
_CLOSED = (
    select(Escalation.contact_id, Escalation.kind, Escalation.opened_at, Escalation.answer)
    .where(
        Escalation.contact_id.in_(bindparam("contacts", expanding=True)),
        Escalation.resolved_at > bindparam("since"),
        Escalation.is_silent.is_(False),
        Escalation.reply_id.is_not(None),
    )
    .order_by(Escalation.id)
)
_CLOSED_BY = (
    select(Escalation.contact_id, Escalation.id)
    .where(
        Escalation.contact_id.in_(bindparam("contacts", expanding=True)),
        Escalation.resolved_at > bindparam("since"),
    )
    .order_by(Escalation.id)
)


def opens_anew(case: Case) -> bool:
    """Opens an emergency for a "no" to a question that was the last thing this phone heard. True
    when the client is answered."""
    answer = safety.answer_in(case)
    is_no = safety.words_say_no(case) if answer is None else not safety.is_yes(answer)
    if not is_no or case.ledger() is not None:
        return False
    closed = _closed(case)
    if closed is None or not _was_last(case, closed):
        return False
    if closed.answer == "yes" and answer is not None and answer.digit != "2":
        return False  # "no thanks" to "a person still sees this"
    said = case.session.get_one(Message, case.message.id)
    said.level, said.kind = Level.EMERGENCY.value, closed.kind
    alert = alerts.open_alert(case, Level.EMERGENCY, closed.kind, Tier.P0, worker_id=case.worker_id)
    if alert.is_silent:
        return False  # nothing of it shows: answered as any text
    case.has_alert = True
    to_client.first_reply(case, alert, closed.kind)
    return True


def tell_who_closed(case: Case) -> None:
    """What the line does not understand ("he is back") reaches whoever closed the item at once, at
    any hour: it may belong to it, and in the queue it could wait until the morning."""
    if case.answer() is not None:
        return
    found = rows.look_for(case.session, _CLOSED_BY, case.contact.id, {"since": case.now - WITHIN})
    if found:
        alert = case.session.get_one(Escalation, found[-1].id)
        who, now = alert.resolved_by or 0, case.now
        paging.page(case.session, case.line, alert, who, SMS, "page.more", now)


def _closed(case: Case) -> Row[Any] | None:
    """The item of theirs that was closed last, if that was a moment ago and it had asked."""
    since = {"since": case.now - WITHIN}
    found = rows.look_for(case.session, _CLOSED, case.contact.id, since)
    return found[-1] if found else None


def _was_last(case: Case, closed: Row[Any]) -> bool:
    """Has the line, and nobody else, said the last word to this phone, about that item?"""
    last = case.session.execute(
        select(Message.purpose, Message.created_at)
        .where(
            Message.contact_id == case.contact.id,
            Message.address_id == case.address.id,
            Message.direction == "outbound",
            Message.state.not_in(_NOT_HEARD),
        )
        .order_by(Message.seq.desc())
        .limit(1)
    ).first()
    return last is not None and (
        last.purpose == to_client.PURPOSE and last.created_at >= closed.opened_at
    )
