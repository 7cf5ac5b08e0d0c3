"""Asks whoever is due, once; asks a second time when nobody answers; then tells a person."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from bot import safe
from bot.case import add_item
from bot.checkins import gate, plans
from bot.checkins.schedule import CARING
from bot.checkins.writing import write
from bot.due import Id, each, first, next_of
from bot.line import Line
from records.models import CheckIn, CheckPlan, Contact, Message
from records.models.messages import State

#: Taken at one tick: few enough to keep the tick's other duties from waiting.
BATCH = 25
CONSENT = "check_ins"
PURPOSE = "check_in"
FAILED, FOLLOW_FAILED = "check_in_failed", "check_in_follow_failed"
#: "How are you today?" a day later is about another day.
USEFUL = timedelta(days=1)
ANSWER_WITHIN = timedelta(hours=48)
_CAME = (State.SENT, State.DELIVERED)


def run(line: Line, now: datetime) -> None:
    """Settles every plan and every unanswered check-in that is due."""
    due = _due(CheckPlan.id, CheckPlan.contact_id, CheckPlan.next_at, now)
    each(line, due, _ask, now, FAILED, BATCH)
    follow = _due(CheckIn.id, CheckIn.contact_id, CheckIn.follow_at, now)
    each(line, follow, _follow, now, FOLLOW_FAILED, BATCH)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a plan or an unanswered check-in is next due."""
    with line.database.read() as session:
        ask = next_of(session, line, now, FAILED, CheckPlan.id, CheckPlan.next_at)
        follow = next_of(session, line, now, FOLLOW_FAILED, CheckIn.id, CheckIn.follow_at)
    return first((ask, follow))


def _due(
    row_id: Id, contact_id: Id, at: InstrumentedAttribute[datetime | None], now: datetime
) -> Select[int, int]:
    return select(row_id, contact_id).where(at.is_not(None), at <= now).order_by(at, row_id)


def _ask(session: Session, line: Line, contact: Contact, plan_id: int, now: datetime) -> None:
    plan = session.scalars(select(CheckPlan).where(CheckPlan.id == plan_id).with_for_update()).one()
    if plan.next_at is None or plan.meant_at is None or plan.next_at > now:
        return
    purpose = safe.CARING if plan.kind == CARING else PURPOSE
    address = gate.address_of(session, contact.id)
    reason = _late(plan, now) or gate.refusal(session, line, contact, address, CONSENT)
    reason = reason or _stays_silent(session, contact, plan)
    verdict = gate.when(session, line, contact, purpose, now)
    useful_until = plan.meant_at + USEFUL
    if reason is None and verdict.at != now:
        if verdict.at is not None and verdict.at < useful_until:
            plan.next_at = verdict.at
            return
        reason = verdict.reason
    row = CheckIn(
        plan_id=plan.id, contact_id=contact.id, meant_at=plan.meant_at, at=now, state="dropped",
        reason=reason,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if reason is None and address is not None:
        sent = write(session, line, contact, address, plan, row, purpose, now, useful_until)
        row.state, row.message_id = "sent", sent.id
        row.follow_at = None if plan.kind == CARING else now + ANSWER_WITHIN
    plans.advance(line, contact, plan, now)


def _late(plan: CheckPlan, now: datetime) -> str | None:
    assert plan.meant_at is not None and plan.next_at is not None
    if now < plan.meant_at + USEFUL:
        return None
    return "late" if plan.next_at == plan.meant_at else "no_hour"


def _stays_silent(session: Session, contact: Contact, plan: CheckPlan) -> str | None:
    """After a check-in that nobody answered a person sees to it; the machine does not go on."""
    if plan.kind == CARING:
        return None
    last = session.scalar(
        select(CheckIn)
        .where(CheckIn.plan_id == plan.id, CheckIn.message_id.is_not(None))
        .order_by(CheckIn.id.desc())
        .limit(1)
    )
    if last is None or last.state not in ("sent", "unanswered"):
        return None
    heard_at = contact.last_inbound_at
    return "no_answer" if heard_at is None or heard_at < last.at else None


def _follow(session: Session, line: Line, contact: Contact, row_id: int, now: datetime) -> None:
    row = session.scalars(select(CheckIn).where(CheckIn.id == row_id).with_for_update()).one()
    if row.follow_at is None or row.follow_at > now:
        return
    row.follow_at = None
    if contact.last_inbound_at is not None and contact.last_inbound_at > row.at:
        row.state = "heard"
        return
    message = session.get_one(Message, row.second_id or row.message_id)
    if message.state not in _CAME and row.second_id is None:
        row.state, row.reason = "dropped", "not_sent"
        return
    plan = session.get_one(CheckPlan, row.plan_id)
    if plan.ended_at is not None:
        row.state = "unanswered"  # whoever ended it knows
        return
    if not _asks_again(plan, row) or not _second(session, line, contact, plan, row, now):
        _tell_a_person(session, contact, row, now)


def _asks_again(plan: CheckPlan, row: CheckIn) -> bool:
    return row.second_id is None and plan.kind == plans.HOW


def _second(
    session: Session, line: Line, contact: Contact, plan: CheckPlan, row: CheckIn, now: datetime
) -> bool:
    """One more text, or a later look when it is no hour for one; False: not this way."""
    address = gate.address_of(session, contact.id)
    if address is None or gate.refusal(session, line, contact, address, CONSENT) is not None:
        return False
    verdict = gate.when(session, line, contact, PURPOSE, now)
    if verdict.at is None:
        return False
    if verdict.at > now:
        row.follow_at = verdict.at
        return True
    sent = write(
        session, line, contact, address, plan, row, PURPOSE, now, now + USEFUL, is_second=True
    )
    row.second_id, row.follow_at = sent.id, now + ANSWER_WITHIN
    return True


def _tell_a_person(session: Session, contact: Contact, row: CheckIn, now: datetime) -> None:
    row.state = "unanswered"
    key = f"no_answer:{contact.id}"
    add_item(session, now, "no_answer", "routine", contact.id, row.message_id, key)
