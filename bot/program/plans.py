"""A client's goals and small steps: written, texted one at a time, marked done by their reply."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.checkins import plans as agreed
from bot.checkins.schedule import WEEK
from bot.line import Line
from bot.program.areas import AREAS
from records.audit import note
from records.errors import MendableError
from records.ids import new_id
from records.models import CheckPlan, Contact, ExitPlan, Goal, GoalStep

INDIVIDUAL, EXIT = "individual", "exit"
PLANS = (INDIVIDUAL, EXIT)
WHO = ("client", "worker", "together", "partner")
GOAL_STATES = ("open", "reached", "set_aside")
LONGEST = 80


class PlanError(MendableError):
    """A plan was asked for what it cannot do; its text is the panel's name of the reason."""


def add_goal(
    session: Session,
    line: Line,
    contact: Contact,
    *,
    plan: str,
    area: str,
    words: str,
    by: int,
    now: datetime,
) -> Goal:
    """Writes a goal. Raises PlanError for an unknown plan or area, or a locked exit plan."""
    if plan not in PLANS or area not in AREAS or not 0 < len(words) <= LONGEST:
        raise PlanError("plan.problem.form")
    if plan == EXIT and not is_unlocked(session, contact.id):
        raise PlanError("plan.problem.locked")
    goal = Goal(
        id=new_id(), contact_id=contact.id, plan=plan, area=area, state="open", added_by=by,
        added_at=now, words_sealed=b"",
    )  # fmt: skip
    goal.words_sealed = line.vault.seal(contact.data_key, f"goal.words:{goal.id}", words)
    session.add(goal)
    note(session, now, f"staff:{by}", "goal_added", contact_id=contact.id, detail=f"{plan}:{area}")
    return goal


def set_goal(session: Session, goal: Goal, state: str, by: int, now: datetime) -> None:
    """Reached, set aside, or open again. Raises PlanError for another state."""
    if state not in GOAL_STATES:
        raise PlanError("plan.problem.form")
    goal.state, goal.ended_at = state, None if state == "open" else now
    note(session, now, f"staff:{by}", "goal_state", contact_id=goal.contact_id, detail=state)


def add_step(
    session: Session,
    line: Line,
    contact: Contact,
    goal: Goal,
    *,
    words: str,
    who: str,
    due_on: date | None,
    by: int,
    now: datetime,
) -> GoalStep:
    """Writes one small step. Raises PlanError for words that are none or who is unknown."""
    if who not in WHO or not 0 < len(words) <= LONGEST:
        raise PlanError("plan.problem.form")
    step = GoalStep(
        id=new_id(), goal_id=goal.id, contact_id=contact.id, who=who, due_on=due_on, state="open",
        added_at=now, words_sealed=b"",
    )  # fmt: skip
    step.words_sealed = line.vault.seal(contact.data_key, f"goal_step.words:{step.id}", words)
    session.add(step)
    note(session, now, f"staff:{by}", "step_added", contact_id=contact.id)
    return step


def text_step(
    session: Session,
    line: Line,
    contact: Contact,
    step: GoalStep,
    *,
    every: str = WEEK,
    first_on: date,
    by: int,
    now: datetime,
) -> CheckPlan:
    """Agrees that the line texts this step, alone, until it is done. Consent is the caller's."""
    if step.state != "open" or step.check_plan_id is not None:
        raise PlanError("plan.problem.texted")
    terms = agreed.Terms(
        agreed.GOAL, every, first_on, words=words_of(line, contact, step), agreed_by=by
    )
    plan = agreed.agree(session, line, contact, terms, now)
    step.check_plan_id = plan.id
    return plan


def finish_step(
    session: Session, step: GoalStep, state: str, actor: str, by: str, now: datetime
) -> None:
    """Done or dropped; what the line texted about it ends with it."""
    step.state, step.done_at, step.done_by = state, now, by
    if step.check_plan_id is not None:
        plan = session.get(CheckPlan, step.check_plan_id)
        if plan is not None and plan.ended_at is None:
            agreed.end(session, plan, "done", now, actor)
    note(session, now, actor, f"step_{state}", contact_id=step.contact_id)


def client_did(session: Session, check_plan_id: int, now: datetime) -> None:
    """The client answered "done" to the text of a step."""
    step = session.scalar(select(GoalStep).where(GoalStep.check_plan_id == check_plan_id))
    if step is not None and step.state == "open":
        finish_step(session, step, "done", "client", "client", now)


def words_of(line: Line, contact: Contact, row: Goal | GoalStep) -> str:
    """The sealed words of a goal or step. Raises ErasedError when the key is gone."""
    kind = "goal" if isinstance(row, Goal) else "goal_step"
    return line.vault.open(contact.data_key, f"{kind}.words:{row.id}", row.words_sealed)


def open_exit(session: Session, contact_id: int) -> ExitPlan | None:
    """The exit plan that was proposed or is unlocked, if any."""
    return session.scalar(
        select(ExitPlan).where(ExitPlan.contact_id == contact_id, ExitPlan.closed_at.is_(None))
    )


def is_unlocked(session: Session, contact_id: int) -> bool:
    """Have both said yes to the exit plan?"""
    found = open_exit(session, contact_id)
    return found is not None and found.client_at is not None
