"""Plans anew without a word to anyone: the client's hours changed, or the plan of an event did."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import hours
from bot.calendar.kinds import plan_of
from bot.calendar.seats import date_of
from bot.line import Line
from bot.reminders import planning
from bot.reminders.when import steps
from records.models import Appointment, Event, Occurrence, Reminder
from records.models.bookings import BOOKED, DROPPED, PLANNED


def follow_hours(session: Session, line: Line, contact_id: int, now: datetime) -> None:
    """The client's safe hours changed: each planned reminder moves to where they allow it."""
    session.flush()
    own = hours.of_contact(session, contact_id, line.config)
    rows = session.execute(
        select(Reminder, Occurrence, Event)
        .join(Occurrence, Occurrence.id == Reminder.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Reminder.contact_id == contact_id, Reminder.state == PLANNED)
    ).all()
    for row, occurrence, event in rows:
        if not row.step.isdigit() or row.meant_at <= now:
            continue
        zone = ZoneInfo(event.zone)
        for step in steps(occurrence.starts_at, (int(row.step),), own, zone, now):
            row.due_at, row.moved = step.due_at or step.meant_at, step.moved


def follow_plan(
    session: Session, line: Line, occurrence: Occurrence, event: Event, now: datetime
) -> None:
    """The event has another plan of reminders: those it no longer holds are dropped, those it
    adds are planned. What was sent stays sent."""
    wanted = {str(minutes) for minutes in plan_of(event.kind, event.reminder_plan)}
    seats = session.scalars(
        select(Appointment).where(
            Appointment.occurrence_id == occurrence.id, Appointment.state == BOOKED
        )
    ).all()
    date = date_of(occurrence, event)
    for seat in seats:
        have = session.scalars(
            select(Reminder).where(
                Reminder.appointment_id == seat.id, Reminder.revision == occurrence.revision
            )
        ).all()
        for row in have:
            if row.state == PLANNED and row.step.isdigit() and row.step not in wanted:
                row.state, row.reason, row.settled_at = DROPPED, "plan", now
        known = {row.step for row in have}
        planning.plan(session, line, seat.id, seat.contact_id, date, now, without=known)
