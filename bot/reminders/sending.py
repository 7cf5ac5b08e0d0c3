"""Sends each reminder once, while it is of use; what is not sent is kept with its reason."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.calendar import seats
from bot.case import add_item
from bot.checkins import gate
from bot.due import apart, each, first, next_of
from bot.line import Line
from bot.outbox.judge import ALERT_PAUSE
from bot.reminders import planning, telling
from bot.reminders.when import LAST_CALL, TIME_TO_COME
from bot.reminders.writing import PURPOSE, write
from bot.safe import Verdict
from records.models import Appointment, Contact, Event, Occurrence, Reminder
from records.models.bookings import BOOKED, DROPPED, HELD, PLANNED, SENT

#: Taken at one tick: few enough to keep the tick's other duties from waiting.
BATCH = 25
CONSENT = "reminders"
FAILED, PLAN_FAILED = "reminder_failed", "plan_failed"
MISSED_USEFUL = timedelta(days=3)
#: Why nothing may go by itself just now (bot/checkins/gate.py).
ALERT = "alert"


def run(line: Line, now: datetime) -> None:
    """Goes on planning for dates that changed, then settles the reminders that are due, and with
    what is left of the tick the news for who waits."""
    plan_on(line, now)
    due = (
        select(Reminder.id, Reminder.contact_id)
        .where(Reminder.state == PLANNED, Reminder.due_at <= now)
        .order_by(Reminder.due_at, Reminder.id)
    )
    settled = each(line, due, _settle, now, FAILED, BATCH)
    telling.run(line, now, BATCH - settled)


def plan_on(line: Line, now: datetime) -> int:
    """One more batch for each date whose reminders are being planned anew; how many dates. One
    that fails holds up no other."""
    resting = line.resting.at(now, PLAN_FAILED)
    with line.database.read() as session:
        found = session.scalars(_to_plan().where(Occurrence.id.not_in(resting))).all()
    for occurrence_id in found:
        with apart(line, occurrence_id, now, PLAN_FAILED), line.database.write() as session:
            row = seats.held(session, occurrence_id)
            if row is not None and row[0].plan_after is not None:
                planning.plan_some(session, line, *row, now)
    return len(found)


def _to_plan() -> Select[int]:
    return select(Occurrence.id).where(Occurrence.plan_after.is_not(None))


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a reminder is next due; at once while a changed date is not planned to its end."""
    with line.database.read() as session:
        resting = line.resting.at(now, PLAN_FAILED)
        if session.scalar(_to_plan().where(Occurrence.id.not_in(resting)).limit(1)) is not None:
            return now
        planned = Reminder.state == PLANNED
        due = next_of(session, line, now, FAILED, Reminder.id, Reminder.due_at, planned)
        again = line.resting.next_at(now, PLAN_FAILED)
        return first((again, due, telling.next_at(session, line, now)))


def _settle(session: Session, line: Line, contact: Contact, row_id: int, now: datetime) -> None:
    row = session.scalars(select(Reminder).where(Reminder.id == row_id).with_for_update()).one()
    if row.state != PLANNED or row.due_at > now:
        return
    appointment = session.get_one(Appointment, row.appointment_id)
    occurrence = session.get_one(Occurrence, row.occurrence_id)
    event = session.get_one(Event, occurrence.event_id)
    useful_until = _useful_until(session, row, appointment, occurrence)
    address = gate.address_of(session, contact.id)
    reason = _stale(row, appointment, occurrence)
    reason = reason or ("late" if now >= useful_until else None)
    if reason is None:
        verdict = _when(session, line, contact, row, now)
        if verdict.at is not None and now < verdict.at < _latest(row, occurrence, useful_until):
            row.due_at = verdict.at
            row.moved = row.moved or ("unsafe" if verdict.reason != ALERT else None)
            return
        reason = verdict.reason if verdict.at != now else None
    row.settled_at = now
    if reason is None and address is not None:
        sent = write(
            session, line, contact, address, row, appointment, occurrence, event, now, useful_until
        )
        row.state, row.message_id = SENT, sent.id
        return
    row.state, row.reason = DROPPED, reason
    if _is_missing(row, occurrence, reason, useful_until):
        key = f"not_told:{contact.id}"
        subject = f"occurrence:{occurrence.id}"
        add_item(session, now, "not_told", "urgent", contact.id, None, key, subject)


def _when(session: Session, line: Line, contact: Contact, row: Reminder, now: datetime) -> Verdict:
    """An open alert is waited out: whoever answers it must not be talked over."""
    refusal = _refusal(session, line, contact, row) or _twice(session, row, now)
    if refusal == ALERT:
        return Verdict(now + ALERT_PAUSE, refusal)
    if refusal is not None:
        return Verdict(None, refusal)
    return gate.when(session, line, contact, PURPOSE, now)


def _is_missing(
    row: Reminder, occurrence: Occurrence, reason: str | None, useful_until: datetime
) -> bool:
    """Must a person tell them instead? News always; a reminder for which an alert left no time,
    unless another one follows."""
    if row.step in planning.NEWS:
        return reason not in (planning.MOVED, planning.CANCELLED)
    is_last = row.step.isdigit() and useful_until == occurrence.starts_at - LAST_CALL
    return reason == ALERT and is_last


def _stale(row: Reminder, appointment: Appointment, occurrence: Occurrence) -> str | None:
    """Why this reminder no longer holds, if it does not."""
    if row.step == planning.CANCELLED:
        return None if occurrence.state != "planned" else planning.AGAIN
    if occurrence.state != "planned":
        return planning.CANCELLED
    if row.revision != occurrence.revision and row.step != planning.MISSED:
        return planning.MOVED
    wanted = HELD if row.step == planning.OFFER else BOOKED
    if appointment.state != wanted:
        return appointment.state
    is_back = row.step == planning.MISSED and appointment.attended is not False
    return "came" if is_back else None


def _twice(session: Session, row: Reminder, now: datetime) -> str | None:
    """Who missed several dates hears of it once, never a stream of texts."""
    if row.step != planning.MISSED:
        return None
    told = select(Reminder.id).where(
        Reminder.contact_id == row.contact_id,
        Reminder.step == planning.MISSED,
        Reminder.state == SENT,
        Reminder.settled_at > now - MISSED_USEFUL,
    )
    return "told" if session.scalar(told.limit(1)) is not None else None


def _useful_until(
    session: Session, row: Reminder, appointment: Appointment, occurrence: Occurrence
) -> datetime:
    """Until the next reminder of the same seat, or shortly before the start."""
    if row.step == planning.MISSED:
        return row.meant_at + MISSED_USEFUL
    if row.step == planning.OFFER:
        return appointment.held_until_at or row.meant_at
    last = occurrence.starts_at - LAST_CALL
    if not row.step.isdigit():
        return last
    following = session.scalars(
        select(Reminder.due_at).where(
            Reminder.appointment_id == row.appointment_id,
            Reminder.revision == row.revision,
            Reminder.state == PLANNED,
            Reminder.id != row.id,
            Reminder.due_at > row.due_at,
        )
    )
    return min([last, *following.all()])


def _latest(row: Reminder, occurrence: Occurrence, useful_until: datetime) -> datetime:
    if row.step in planning.NEWS or row.step.isdigit():
        return min(useful_until, occurrence.starts_at - TIME_TO_COME + timedelta(seconds=1))
    return useful_until


def _refusal(session: Session, line: Line, contact: Contact, row: Reminder) -> str | None:
    """What stands against texting this client by itself; they asked for news of their seat."""
    consent = CONSENT if row.step.isdigit() or row.step == planning.MISSED else None
    address = gate.address_of(session, contact.id)
    found = gate.refusal(session, line, contact, address, consent)
    # A colleague talks with them: they must know of their dates all the same.
    return None if found == "with_person" and row.step != planning.MISSED else found
