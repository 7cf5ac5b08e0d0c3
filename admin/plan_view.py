"""Reads a client's plan for the page, with where each goal's stage went over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import threads
from admin.access import names_of
from admin.items import mask_of
from admin.strings import t
from bot.line import Line
from bot.program import plans, stages
from records.errors import MendableError
from records.models import Contact, Goal, GoalStep, StageChange, StageCheck

Act = Callable[[Session, Contact], None]
REASONS = ("check", "talk", "review", "re_entry")
#: The picture: one column a change, one row a stage, the latest right.
COLUMN, ROW = 28, 18


@dataclass(frozen=True)
class StepView:
    """One step as the page shows it."""

    id: int
    words: str
    who: str
    due_on: date | None
    state: str
    is_texted: bool
    done_by: str | None


@dataclass(frozen=True)
class GoalView:
    """One goal with its steps, its stages and what the last check proposed."""

    id: int
    plan: str
    area: str
    words: str
    state: str
    steps: list[StepView]
    changes: list[tuple[StageChange, str]]
    points: list[tuple[int, int]]
    check: StageCheck | None
    is_proposed: bool


def of(session: Session, line: Line, contact: Contact) -> dict[str, object]:
    """All that plan.html shows of one client."""
    goals = session.scalars(
        select(Goal)
        .where(Goal.contact_id == contact.id)
        .order_by(Goal.ended_at.is_not(None), Goal.id)
    ).all()
    changes = session.scalars(
        select(StageChange).where(StageChange.contact_id == contact.id).order_by(StageChange.id)
    ).all()
    names = names_of(session, line, {row.set_by for row in changes})
    address = threads.address_of(session, contact)
    return {
        "who": mask_of(line, contact, address) if address else "",
        "goals": [_goal(session, line, contact, goal, changes, names) for goal in goals],
        "exit": plans.open_exit(session, contact.id),
    }


def _goal(
    session: Session,
    line: Line,
    contact: Contact,
    goal: Goal,
    changes: Sequence[StageChange],
    names: dict[int, str],
) -> GoalView:
    own = [row for row in changes if row.goal_id == goal.id]
    check = session.scalar(
        select(StageCheck)
        .where(StageCheck.goal_id == goal.id)
        .order_by(StageCheck.due_at.desc(), StageCheck.id.desc())
        .limit(1)
    )
    return GoalView(
        goal.id, goal.plan, goal.area, _words(line, contact, goal), goal.state,
        _steps(session, line, contact, goal),
        [(row, names.get(row.set_by, "")) for row in reversed(own)],
        points(own),
        check,
        check is not None
        and check.stage is not None
        and not any(row.check_id == check.id for row in own),
    )  # fmt: skip


def _steps(session: Session, line: Line, contact: Contact, goal: Goal) -> list[StepView]:
    steps = select(GoalStep).where(GoalStep.goal_id == goal.id).order_by(GoalStep.id)
    return [
        StepView(
            step.id, _words(line, contact, step), step.who, step.due_on, step.state,
            step.check_plan_id is not None, step.done_by,
        )
        for step in session.scalars(steps)
    ]  # fmt: skip


def _words(line: Line, contact: Contact, row: Goal | GoalStep) -> str:
    try:
        return plans.words_of(line, contact, row)
    except MendableError:
        return t("missing.erased")


def points(changes: list[StageChange]) -> list[tuple[int, int]]:
    """Where each change stands in the picture: oldest left, further along higher up.

    Coming back to it stands where its level is, not at the bottom.
    """
    found = []
    for n, row in enumerate(changes):
        rung = stages.LEVELS.index(row.level)
        found.append((COLUMN * (n + 1), ROW * (len(stages.LEVELS) - rung)))
    return found
