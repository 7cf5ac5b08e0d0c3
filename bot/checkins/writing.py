"""Writes down the text of a check-in, with the question that waits for its answer."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import questions
from bot.checkins import plans
from bot.checkins.schedule import CARING
from bot.engine import Text
from bot.line import Line
from bot.saying import say_to
from records.models import Address, CheckIn, CheckPlan, Contact
from records.models.messages import Lane
from records.rows import Kept

#: Under these names a question waits for its answer (bot/checkins/answers.py).
HOW_FLOW, GOAL_FLOW = "check_in", "check_in_goal"
FLOWS = (HOW_FLOW, GOAL_FLOW)
CHOICES = ("1", "2", "3")
WAITS = timedelta(hours=96)


def write(
    session: Session,
    line: Line,
    contact: Contact,
    address: Address,
    plan: CheckPlan,
    row: CheckIn,
    purpose: str,
    now: datetime,
    expires_at: datetime,
    *,
    is_second: bool = False,
) -> Kept:
    """Queues the text of one date to a contact whose row the caller holds; its last part."""
    text = text_of(line, contact, plan, is_second=is_second)
    sent = queue(session, line, contact, address, text, purpose, now, expires_at)
    if plan.kind != CARING:
        flow = GOAL_FLOW if plan.kind == plans.GOAL else HOW_FLOW
        if flow == HOW_FLOW:
            questions.close_flow(session, contact, flow, now)
        questions.put(
            session, line, contact, sent, flow=flow, step="answered", choices=CHOICES,
            data={"check_in": row.id}, now=now, expires=WAITS,
        )  # fmt: skip
    return sent


def text_of(line: Line, contact: Contact, plan: CheckPlan, *, is_second: bool = False) -> Text:
    """What is asked or said on a date of this plan. Why we ask is never in it."""
    if plan.kind == plans.GOAL:
        return Text("check_in.goal", {"step": plans.opened(line, contact, plan, "words") or ""})
    if plan.kind == plans.HOW:
        return Text("check_in.second" if is_second else "check_in.how")
    if plan.occasion == "birthday":
        return Text("check_in.birthday")
    return Text("check_in.caring" if plan.step % 2 else "check_in.caring_first")


def queue(
    session: Session,
    line: Line,
    contact: Contact,
    address: Address,
    text: Text,
    purpose: str,
    now: datetime,
    expires_at: datetime,
) -> Kept:
    """Queues a catalogue text in the client's language; its last part. Raises ValueError when
    the text has none."""
    sent = say_to(
        session, line, contact, address.id, text, now,
        purpose=purpose, lane=Lane.TIMED, expires_at=expires_at,
    )  # fmt: skip
    if not sent:
        raise ValueError(f"the text '{text.id}' has no part")
    return sent[-1]
