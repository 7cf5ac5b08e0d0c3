"""Puts a question of the program to a client: about change, the next plan, whether it helped."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import questions
from bot.checkins import gate
from bot.checkins.sending import CONSENT, PURPOSE
from bot.checkins.writing import queue
from bot.due import each, next_of
from bot.engine import Ask, Text
from bot.flows import helped, stage_check
from bot.line import Line
from bot.program.plans import PlanError
from records.audit import note
from records.ids import new_id
from records.models import Contact, StageCheck

BATCH = 25
FAILED = "stage_check_failed"
#: A set of four questions at most so often, whatever was agreed.
APART = timedelta(days=30)
#: "This week" is over after it.
USEFUL = timedelta(days=2)
WAITS = timedelta(hours=96)


class TooSoonError(PlanError):
    """The client was asked less than thirty days ago."""


def agree(
    session: Session,
    contact: Contact,
    goal_id: int,
    due_at: datetime,
    agreed_by: int,
    now: datetime,
) -> StageCheck:
    """A day for the four questions about one goal. Raises TooSoonError within 30 days of others."""
    newest = session.scalar(
        select(func.max(StageCheck.due_at)).where(
            StageCheck.contact_id == contact.id, StageCheck.state != "dropped"
        )
    )
    if newest is not None and due_at - newest < APART:
        raise TooSoonError("plan.problem.too_soon")
    check = StageCheck(
        id=new_id(), contact_id=contact.id, goal_id=goal_id, state="agreed", due_at=due_at,
        agreed_by=agreed_by, agreed_at=now,
    )  # fmt: skip
    session.add(check)
    note(session, now, f"staff:{agreed_by}", "stage_check_agreed", contact_id=contact.id)
    return check


def run(line: Line, now: datetime) -> None:
    """Asks the first question of every check that is due."""
    due = (
        select(StageCheck.id, StageCheck.contact_id)
        .where(StageCheck.state == "agreed", StageCheck.due_at <= now)
        .order_by(StageCheck.due_at, StageCheck.id)
    )
    each(line, due, _begin, now, FAILED, BATCH)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a check is next due."""
    with line.database.read() as session:
        agreed = StageCheck.state == "agreed"
        return next_of(session, line, now, FAILED, StageCheck.id, StageCheck.due_at, agreed)


def _begin(session: Session, line: Line, contact: Contact, check_id: int, now: datetime) -> None:
    check = session.scalars(
        select(StageCheck).where(StageCheck.id == check_id).with_for_update()
    ).one()
    if check.state != "agreed" or check.due_at > now:
        return
    useful_until = check.due_at + USEFUL
    # Once asked, the day it was meant for is its `agreed_at` no more: it may have moved.
    reason = put(session, line, contact, stage_check.flow.name, _first(check.id), now, useful_until)
    if reason == "later":
        verdict = gate.when(session, line, contact, PURPOSE, now)
        if verdict.at is not None and verdict.at < check.agreed_at + APART:
            check.due_at = verdict.at
            return
        reason = verdict.reason
    if reason is None:
        check.state, check.asked_at = "asking", now
        return
    check.state, check.reason, check.ended_at = "dropped", reason, now
    note(session, now, "line", "stage_check_dropped", contact_id=contact.id, detail=reason)


def put(
    session: Session,
    line: Line,
    contact: Contact,
    flow: str,
    question: Ask,
    now: datetime,
    expires_at: datetime,
) -> str | None:
    """Sends a question that a person agreed with the client; None when it is on its way.

    Else why not: a reason of the check-ins' gate, or "later" outside safe hours.
    """
    address = gate.address_of(session, contact.id)
    reason = gate.refusal(session, line, contact, address, CONSENT)
    if reason is not None or address is None:
        return reason or "no_phone"
    verdict = gate.when(session, line, contact, PURPOSE, now)
    if verdict.at != now:
        return "later" if verdict.at is not None else verdict.reason
    sent = queue(session, line, contact, address, question.text, PURPOSE, now, expires_at)
    questions.close_flow(session, contact, flow, now)
    questions.put(
        session, line, contact, sent, flow=flow, step=question.then, choices=question.choices,
        data=question.data, now=now, expires=WAITS,
    )  # fmt: skip
    return None


def _first(check_id: int) -> Ask:
    return Ask(Text("stage_check.how_much"), "how_much", stage_check.SCALE, {"check": check_id})


def next_plan_question() -> Ask:
    """Shall the next plan begin? Sent when a worker proposes it."""
    return Ask(Text("next_plan.ask"), "answered", ("1", "2"))


def helped_question() -> Ask:
    """Did this help? Sent by a worker, at most once in 90 days (see admin)."""
    return Ask(Text("helped.ask"), "answered", helped.SCALE)
