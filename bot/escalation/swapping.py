"""Swaps: one worker asks another to take a turn over; until they accept, nothing changes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.escalation import roster
from bot.escalation.planning import LONGEST_OVERRIDE, Edit, PlanError, check_training
from bot.escalation.rota import stretches
from bot.escalation.telling import tell
from bot.line import Line
from records.ids import new_id
from records.models import Swap
from records.models.rota import SLOTS

#: A swap may be asked for no longer ahead.
FAR = timedelta(days=92)


def ask(session: Session, line: Line, row: Swap, edit: Edit) -> None:
    """Asks for a swap; the first one stays on call.

    Raises PlanError: slot, who, training, dates, past or yours.
    """
    rota = roster.load(session, line, edit.now)
    if row.slot not in SLOTS:
        raise PlanError("slot")
    if row.to_staff_id not in rota.people or row.to_staff_id == row.from_staff_id:
        raise PlanError("who")
    check_training(session, line, (row.to_staff_id,), edit)
    if not row.starts_at < row.ends_at <= row.starts_at + LONGEST_OVERRIDE:
        raise PlanError("dates")
    if row.ends_at <= edit.now or row.starts_at > edit.now + FAR:
        raise PlanError("past")
    had = stretches(rota, row.slot, row.starts_at, row.ends_at)
    if all(holder != row.from_staff_id for _, _, holder in had):
        raise PlanError("yours")
    row.id, row.asked_at = new_id(), edit.now
    session.add(row)
    session.flush()
    edit.note(session, "swap_asked", f"swap:{row.id}", f"{row.slot} staff:{row.to_staff_id}")
    tell(session, line, row.to_staff_id, "page.handover_asked", edit.now)


def waiting(session: Session, swap_id: int, now: datetime) -> Swap | None:
    """A swap that waits for its answer and is not over, locked."""
    return session.scalar(
        select(Swap)
        .where(
            Swap.id == swap_id,
            Swap.accepted_at.is_(None),
            Swap.declined_at.is_(None),
            Swap.ends_at > now,
        )
        .with_for_update()
    )


def accept(session: Session, line: Line, row: Swap, edit: Edit) -> None:
    """From now on the other one has it, and the first is told."""
    row.accepted_at = edit.now
    edit.note(session, "swap_accepted", f"swap:{row.id}", row.slot)
    tell(session, line, row.from_staff_id, "page.handover_accepted", edit.now)


def decline(session: Session, line: Line, row: Swap, edit: Edit) -> None:
    """It stays as it was: declined by who was asked, or taken back by who asked."""
    row.declined_at = edit.now
    is_taken_back = edit.staff_id == row.from_staff_id
    act = "swap_withdrawn" if is_taken_back else "swap_declined"
    edit.note(session, act, f"swap:{row.id}", row.slot)
    if not is_taken_back:
        tell(session, line, row.from_staff_id, "page.handover_declined", edit.now)
