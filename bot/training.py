"""Who may be given new shifts: those whose training counts, or whom a supervisor let off."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import QueueItem, Staff, Training, TrainingException

TOPICS = ("suicide_prevention", "de_escalation")
#: Days before the end at which a supervisor is told, once each.
WARNINGS = (60, 30, 7)
#: Days for which a supervisor may let somebody off.
LONGEST_EXCEPTION = 92


def lacking(session: Session, staff_id: int, today: date) -> tuple[str, ...]:
    """The topics in which this worker has no training that counts today."""
    has = session.scalars(
        select(Training.topic).where(Training.staff_id == staff_id, Training.until_on >= today)
    ).all()
    return tuple(topic for topic in TOPICS if topic not in has)


def needed_for_shift(session: Session, staff_id: int, today: date) -> tuple[str, ...]:
    """What stands in the way of a new shift for this worker; empty when nothing does.

    Whatever makes a shift, a rotation's member, a swap or an override ahead of time asks this
    first. A turn that is handed over now does not: an open urgent item never waits for a course.
    Sample people of a try-out need none. What is on the rota already stays there.
    """
    staff = session.get(Staff, staff_id)
    missing = lacking(session, staff_id, today)
    if not missing or (staff is not None and staff.is_sample):
        return ()
    let_off = select(TrainingException.id).where(
        TrainingException.staff_id == staff_id, TrainingException.until_on >= today
    )
    return () if session.scalar(let_off.limit(1)) is not None else missing


def keep(
    session: Session, staff_id: int, topic: str, until_on: date, actor: str, now: datetime
) -> None:
    """Notes a training; warnings about the one before it are closed."""
    earlier = session.scalars(
        select(Training.id).where(Training.staff_id == staff_id, Training.topic == topic)
    ).all()
    keys = [_cause(row_id, days) for row_id in earlier for days in WARNINGS]
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key.in_(keys), QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, outcome="mended")
        .execution_options(synchronize_session=False)
    )
    session.add(
        Training(staff_id=staff_id, topic=topic, until_on=until_on, noted_by=actor, noted_at=now)
    )
    note(session, now, actor, "note_training", subject=f"staff:{staff_id}", detail=topic)


def let_off(
    session: Session,
    line: Line,
    staff_id: int,
    until_on: date,
    reason: str,
    made_by: int,
    now: datetime,
) -> None:
    """A supervisor's dated exception, with the reason."""
    row_id = new_id()
    sealed = line.vault.seal(SYSTEM, f"training_exception.reason:{row_id}", reason)
    session.add(
        TrainingException(
            id=row_id,
            staff_id=staff_id,
            until_on=until_on,
            reason_sealed=sealed,
            made_by=made_by,
            made_at=now,
        )
    )
    subject = f"staff:{staff_id}"
    note(session, now, f"staff:{made_by}", "training_exception", subject=subject)


def warn(session: Session, now: datetime, today: date) -> None:
    """Puts each training that ends soon before a supervisor: at 60, 30 and 7 days, once each."""
    rows = session.scalars(
        select(Training)
        .join(Staff, Staff.id == Training.staff_id)
        .where(Staff.is_active, Staff.is_sample.is_(False))
        .order_by(Training.until_on, Training.id)
    )
    newest = {(row.staff_id, row.topic): row for row in rows}
    for row in newest.values():
        reached = [days for days in WARNINGS if (row.until_on - today).days <= days]
        if reached and (row.warned_days is None or reached[-1] < row.warned_days):
            row.warned_days = reached[-1]
            cause = _cause(row.id, reached[-1])
            subject = f"staff:{row.staff_id}"
            add_item(session, now, "training_due", dedupe_key=cause, subject=subject)


def _cause(training_id: int, days: int) -> str:
    return f"training:{training_id}:{days}"
