"""A worker's word on the stage of a goal: only added, never changed, and never called a failure."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.audit import note
from records.ids import new_id
from records.models import Goal, StageChange, StageCheck


def change_stage(
    session: Session, goal: Goal, stage: str, level: str, why: str, by: int, now: datetime
) -> None:
    """Adds a worker's word on the stage; a check that proposed it is confirmed with it."""
    before = session.scalar(
        select(StageChange.stage)
        .where(StageChange.goal_id == goal.id)
        .order_by(StageChange.id.desc())
        .limit(1)
    )
    session.add(
        StageChange(
            id=new_id(),
            contact_id=goal.contact_id,
            goal_id=goal.id,
            before=before,
            stage=stage,
            level=level,
            why=why,
            check_id=_open_check(session, goal),
            set_by=by,
            set_at=now,
        )  # fmt: skip
    )
    detail = f"{before or 'none'}>{stage}:{level}"
    note(session, now, f"staff:{by}", "stage_set", contact_id=goal.contact_id, detail=detail)


def _open_check(session: Session, goal: Goal) -> int | None:
    """The newest check that proposed a stage and that no worker has confirmed yet."""
    confirmed = select(StageChange.check_id).where(StageChange.check_id.is_not(None))
    return session.scalar(
        select(StageCheck.id)
        .where(
            StageCheck.goal_id == goal.id,
            StageCheck.stage.is_not(None),
            StageCheck.id.not_in(confirmed),
        )
        .order_by(StageCheck.id.desc())
        .limit(1)
    )
