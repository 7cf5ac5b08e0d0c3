"""A date was moved, is off, or is on after all: who has a place and who waits for one hear it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot.line import Line
from bot.reminders import planning, waiting
from records.models import Event, Occurrence


def changed(
    session: Session, line: Line, occurrence: Occurrence, event: Event, now: datetime
) -> None:
    """What was planned for this date no longer holds; the news of it is planned at once.

    The caller holds the occurrence's row, with what it is from now on.
    """
    occurrence.revision += 1
    occurrence.changed_at, occurrence.plan_after = now, 0
    waiting.changed(session, occurrence, now)
    planning.plan_some(session, line, occurrence, event, now)
