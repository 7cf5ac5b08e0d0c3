"""Enters who is on call when: shifts, turns, exceptions and swaps, each change written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bot import training
from bot.escalation import roster
from bot.escalation.rota import gaps
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.models import Override, Rotation, RotationMember, Shift
from records.models.rota import REASONS, SLOTS

#: How far ahead nobody may be missing.
AHEAD = timedelta(days=14)
LONGEST_OVERRIDE = timedelta(days=31)
A_DAY_OF_MINUTES = 24 * 60
MOST_DAYS_IN_TURN = 28

Gap = tuple[datetime, datetime]


class PlanError(Exception):
    """Why it cannot be entered; `args[0]` names the panel's text."""


@dataclass(frozen=True)
class Edit:
    """Who changes the rota, and when (aware UTC)."""

    staff_id: int
    now: datetime

    def note(self, session: Session, act: str, subject: str, detail: str) -> None:
        note(session, self.now, f"staff:{self.staff_id}", act, subject=subject, detail=detail)


def add_shift(session: Session, line: Line, row: Shift, edit: Edit) -> None:
    """The same hours every week. Raises PlanError: slot, who, training, days, hours, dates."""
    _check(session, line, row.slot, (row.staff_id,), edit)
    if not row.weekdays or any(day not in "0123456" for day in row.weekdays):
        raise PlanError("days")
    if not all(0 <= minute < A_DAY_OF_MINUTES for minute in (row.starts, row.ends)):
        raise PlanError("hours")
    if row.until_on is not None and row.until_on < row.from_on:
        raise PlanError("dates")
    row.id = new_id()
    session.add(row)
    edit.note(session, "rota_shift", f"shift:{row.id}", f"{row.slot} staff:{row.staff_id}")


def add_rotation(
    session: Session, line: Line, row: Rotation, members: Sequence[int], edit: Edit
) -> None:
    """People who take turns in the order given. Raises PlanError, as a shift."""
    _check(session, line, row.slot, members, edit)
    if not 1 <= row.every_days <= MOST_DAYS_IN_TURN:
        raise PlanError("days")
    if not 0 <= row.handoff < A_DAY_OF_MINUTES:
        raise PlanError("hours")
    row.id = new_id()
    session.add(row)
    session.flush()
    for position, staff_id in enumerate(members):
        session.add(RotationMember(rotation_id=row.id, position=position, staff_id=staff_id))
    people = ",".join(str(one) for one in members)
    edit.note(session, "rota_turns", f"rotation:{row.id}", f"{row.slot} {people}"[:80])


def add_override(session: Session, line: Line, row: Override, edit: Edit) -> None:
    """For once somebody else. Raises PlanError: as a shift, or reason, past."""
    _check(session, line, row.slot, (row.staff_id,), edit)
    if row.reason not in REASONS:
        raise PlanError("reason")
    if not row.starts_at < row.ends_at <= row.starts_at + LONGEST_OVERRIDE:
        raise PlanError("dates")
    if row.ends_at <= edit.now:
        raise PlanError("past")
    row.id, row.made_by, row.made_at = new_id(), edit.staff_id, edit.now
    session.add(row)
    detail = f"{row.slot} staff:{row.staff_id} {row.reason}"
    edit.note(session, "rota_override", f"override:{row.id}", detail)


def end_shift(session: Session, row: Shift, last_on: date, edit: Edit) -> None:
    """The last day on which it starts; one before its first day takes it out altogether."""
    row.until_on = last_on
    edit.note(session, "rota_shift_ends", f"shift:{row.id}", last_on.isoformat())


def end_rotation(session: Session, row: Rotation, until_on: date, edit: Edit) -> None:
    """The day on which the last turn ends at the hand-off hour."""
    row.until_on = until_on
    edit.note(session, "rota_turns_end", f"rotation:{row.id}", until_on.isoformat())


def withdraw_override(session: Session, row: Override, edit: Edit) -> None:
    """The rota holds again as it stands."""
    row.withdrawn_at = edit.now
    edit.note(session, "rota_override_withdrawn", f"override:{row.id}", row.slot)


def _check(session: Session, line: Line, slot: str, people: Sequence[int], edit: Edit) -> None:
    if slot not in SLOTS:
        raise PlanError("slot")
    known = roster.load(session, line, edit.now).people
    if not people or any(one not in known for one in people):
        raise PlanError("who")
    check_training(session, line, people, edit)


def check_training(session: Session, line: Line, people: Sequence[int], edit: Edit) -> None:
    """Raises PlanError for somebody who may not be given a new shift today."""
    today = line.local(edit.now).date()
    if any(training.needed_for_shift(session, one, today) for one in people):
        raise PlanError("training")


def ahead(session: Session, line: Line, now: datetime) -> list[Gap]:
    """When nobody is first within the next fortnight."""
    session.flush()
    return gaps(roster.load(session, line, now), now, now + AHEAD)


def made(before: Sequence[Gap], after: Sequence[Gap]) -> list[Gap]:
    """What of `after` was no gap `before`."""
    new: list[Gap] = []
    for gap in after:
        left = [gap]
        for begin, end in before:
            left = [
                part
                for start, stop in left
                for part in ((start, min(stop, begin)), (max(start, end), stop))
                if part[0] < part[1]
            ]
        new += left
    return new
