"""Writes down every reminder of a date: at once when somebody books, again when it changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session

from bot.calendar import hours
from bot.calendar.kinds import plan_of
from bot.calendar.seats import Date, date_of
from bot.line import Line
from bot.reminders.when import Step, soon, steps
from records import rows
from records.ids import new_id
from records.models import (
    Appointment,
    Event,
    Message,
    Occurrence,
    Reminder,
)
from records.models.bookings import BOOKED, DROPPED, HELD, PLANNED, SENT
from records.models.messages import State

#: Appointments in one transaction: a page to staff never waits behind more than these.
BATCH = 500
MOVED, CANCELLED, MISSED, OFFER = "moved", "cancelled", "missed", "offer"
ON_AGAIN = "on_again"
NEWS = (MOVED, CANCELLED, ON_AGAIN)
#: Why a coming date stands as it does: it was off, and takes place after all.
AGAIN = "again"
#: Left to whoever marked somebody as missing by mistake.
SECOND_THOUGHTS = timedelta(minutes=10)


def plan(
    session: Session, line: Line, appointment_id: int, contact_id: int, date: Date,
    now: datetime, *, without: Collection[str] = (),
) -> None:  # fmt: skip
    """The reminders of a seat that was just booked; not the steps it has already."""
    own = hours.of_contact(session, contact_id, line.config)
    found = [step for step in _plan(date, own, now) if step.name not in without]
    _insert(session, appointment_id, contact_id, date, found, now)


def news(
    session: Session, line: Line, appointment: Appointment, occurrence: Occurrence, step: str,
    now: datetime,
) -> None:  # fmt: skip
    """One text about this seat, as soon as it is an hour that is theirs: offer or missed."""
    own = hours.of_contact(session, appointment.contact_id, line.config)
    begin = now + SECOND_THOUGHTS if step == MISSED else now
    until = max(occurrence.starts_at, begin) + (
        timedelta(days=3) if step == MISSED else timedelta()
    )
    due, moved = soon(begin, until, own)
    only = [Step(step, begin, due, moved)]
    session.flush()  # the seat must be there first
    _insert(session, appointment.id, appointment.contact_id, occurrence, only, now)


def drop(session: Session, appointment_id: int, reason: str, now: datetime) -> None:
    """Nothing planned for this seat goes out any more."""
    rows.change(session, _DROP, {"seat": appointment_id, "why": reason, "at": now})


_DROP = (
    update(Reminder.__table__)  # type: ignore[arg-type]
    .where(Reminder.appointment_id == bindparam("seat"), Reminder.state == PLANNED)
    .values(state=DROPPED, reason=bindparam("why"), settled_at=bindparam("at"))
)


def plan_some(
    session: Session, line: Line, occurrence: Occurrence, event: Event, now: datetime
) -> None:
    """Plans a changed date for the next BATCH of people, the first at once, the rest by the
    scheduler; `plan_after` is None once all have been seen to. The caller holds the date's row."""
    assert occurrence.plan_after is not None
    rows = session.execute(_next_rows(occurrence)).all()
    ids = [row_id for row_id, _ in rows]
    if occurrence.revision:
        withdraw(session, ids, occurrence, now)
    own_hours = hours.of_contacts(session, [contact_id for _, contact_id in rows], line.config)
    usual, heard = hours.usual(line.config), _heard_it_is_off(session, ids, occurrence)
    values: list[dict[str, Any]] = []
    found: dict[tuple[int, str | None], list[Step]] = {}
    for row_id, contact_id in rows:
        own, told = own_hours.get(contact_id, usual), news_of(occurrence, row_id in heard)
        if (id(own), told) not in found:
            found[id(own), told] = _steps(occurrence, event, own, told, now)
        values += _values(row_id, contact_id, occurrence, found[id(own), told], now)
    if values:
        session.execute(insert(Reminder), values)
    occurrence.plan_after = ids[-1] if len(ids) == BATCH else None
    session.flush()


def _next_rows(occurrence: Occurrence) -> Any:
    """Who has a seat and nothing planned for this revision; who booked since is left alone."""
    done = exists().where(
        Reminder.appointment_id == Appointment.id, Reminder.revision == occurrence.revision
    )
    live = (BOOKED,) if occurrence.state == "planned" else (BOOKED, HELD)
    return (
        select(Appointment.id, Appointment.contact_id)
        .where(
            Appointment.occurrence_id == occurrence.id,
            Appointment.id > occurrence.plan_after,
            Appointment.state.in_(live),
            ~done,
        )
        .order_by(Appointment.id)
        .limit(BATCH)
    )


def withdraw(session: Session, ids: list[int], occurrence: Occurrence, now: datetime) -> None:
    """What was planned, or written down and not sent yet, is of an earlier revision."""
    earlier = (Reminder.appointment_id.in_(ids), Reminder.revision < occurrence.revision)
    written = select(Reminder.message_id).where(*earlier, Reminder.state == SENT)
    stopped = stop(session, written, now)
    session.execute(
        update(Reminder)
        .where(*earlier, (Reminder.state == PLANNED) | Reminder.message_id.in_(stopped))
        .values(state=DROPPED, reason=why_stale(occurrence), settled_at=now)
        .execution_options(synchronize_session=False)
    )
    again = {"rsvp": None, "rsvp_at": None}
    over = {"state": CANCELLED, "seat": None, "ended_at": now}
    session.execute(
        update(Appointment)
        .where(Appointment.id.in_(ids))
        .values(again if occurrence.state == "planned" else over)
        .execution_options(synchronize_session=False)
    )


def why_stale(occurrence: Occurrence) -> str:
    """Why what was planned for an earlier revision of a date no longer holds."""
    kept = AGAIN if occurrence.reason == AGAIN else MOVED
    return kept if occurrence.state == "planned" else CANCELLED


def stop(session: Session, written: Select[Any] | list[int], now: datetime) -> Sequence[int]:
    """Of these texts the ones that nobody has begun to send: they do not leave any more."""
    return session.scalars(
        update(Message)
        .where(Message.id.in_(written), Message.state == State.QUEUED, Message.attempts == 0)
        .values(state=State.EXPIRED, reason="changed", final_at=now)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()


def _heard_it_is_off(session: Session, ids: list[int], occurrence: Occurrence) -> set[int]:
    """Whom the news that it is off has reached or may have reached, of a date that is on again."""
    if occurrence.reason != AGAIN:
        return set()
    told = select(Reminder.appointment_id).where(
        Reminder.appointment_id.in_(ids),
        Reminder.step == CANCELLED,
        Reminder.state == SENT,
        Reminder.revision == occurrence.revision - 1,
    )
    return set(session.scalars(told))


def news_of(occurrence: Occurrence, has_heard: bool) -> str | None:
    """The news that a changed date is; None for a date that is on again before anybody knew."""
    if not occurrence.revision:
        return None
    if occurrence.state != "planned":
        return CANCELLED
    if occurrence.reason != AGAIN:
        return MOVED
    return ON_AGAIN if has_heard else None


def _steps(
    occurrence: Occurrence, event: Event, own: hours.Hours, told: str | None, now: datetime
) -> list[Step]:
    """What a changed date asks for: the news of it, if there is any, and its plan."""
    found: list[Step] = []
    if told is not None:
        due, moved = soon(now, occurrence.starts_at, own)
        found.append(Step(told, now, due, moved))
    if occurrence.state == "planned":
        found += _plan(date_of(occurrence, event), own, now)
    return found


def _plan(date: Date, own: hours.Hours, now: datetime) -> list[Step]:
    minutes = plan_of(date.kind, date.reminder_plan)
    return list(steps(date.starts_at, minutes, own, ZoneInfo(date.zone), now))


def _insert(
    session: Session, appointment_id: int, contact_id: int, date: Occurrence | Date,
    found: Iterable[Step], now: datetime,
) -> None:  # fmt: skip
    for values in _values(appointment_id, contact_id, date, found, now):
        rows.keep(session, Reminder, **values)


def _values(
    appointment_id: int, contact_id: int, date: Occurrence | Date, found: Iterable[Step],
    now: datetime,
) -> list[dict[str, Any]]:  # fmt: skip
    return [
        {
            "id": new_id(), "appointment_id": appointment_id, "contact_id": contact_id,
            "occurrence_id": date.id, "step": step.name, "revision": date.revision,
            "meant_at": step.meant_at, "due_at": step.due_at or step.meant_at,
            "moved": step.moved, "state": PLANNED if step.due_at else DROPPED,
            "reason": None if step.due_at else step.moved,
            "settled_at": None if step.due_at else now,
        }
        for step in found
    ]  # fmt: skip
