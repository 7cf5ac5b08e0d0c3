"""Writes down the text of a reminder in the client's own cover word, with what a digit means."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from bot import questions
from bot.calendar import booking
from bot.checkins.writing import queue
from bot.engine import Text, When
from bot.line import Line
from bot.reminders import planning, waiting
from records.models import Address, Appointment, Contact, Event, Occurrence, Reminder
from records.rows import Kept

PURPOSE = "reminder"
#: The flow whose steps take the answers, and of each news the step and digits it asks for.
FLOW = "reminder"
_ASKS = {
    planning.CANCELLED: ("another", ("1", "2")),
    planning.MISSED: ("another", ("1", "2")),
    planning.OFFER: ("offered", ("1", "2")),
}
_ANSWERED = ("answered", ("1", "2", "3"))


def write(
    session: Session, line: Line, contact: Contact, address: Address, row: Reminder,
    appointment: Appointment, occurrence: Occurrence, event: Event, now: datetime,
    useful_until: datetime,
) -> Kept:  # fmt: skip
    """Queues one reminder to a contact whose row the caller holds; its last part.

    Its digits mean this date until the start; an older text about the same seat has none left.
    """
    text = text_of(session, contact, row, appointment, occurrence, event)
    sent = queue(session, line, contact, address, text, PURPOSE, now, useful_until)
    booking.close_questions(session, appointment.id, now)
    step, choices = _ASKS.get(row.step, _ANSWERED)
    answer_until = useful_until if row.step in _ASKS else occurrence.starts_at
    questions.put(
        session, line, contact, sent, flow=FLOW, step=step, choices=choices,
        data=_data(appointment, occurrence, event), now=now,
        expires=answer_until - now,
    )  # fmt: skip
    return sent


def _data(appointment: Appointment, occurrence: Occurrence, event: Event) -> dict[str, object]:
    """What the answer needs: the seat, and for which time it was asked about."""
    starts = occurrence.starts_at.isoformat()
    return {"appointment": appointment.id, "kind": event.kind, "starts": starts}


def cover_of(contact: Contact) -> Text:
    """The word this client chose for their dates; a plain one for who chose none."""
    return Text(contact.cover or "cover.none")


def text_of(
    session: Session, contact: Contact, row: Reminder, appointment: Appointment,
    occurrence: Occurrence, event: Event,
) -> Text:  # fmt: skip
    """What is said. What it is and where it is are never in it."""
    zone = ZoneInfo(event.zone)
    params = {"cover": cover_of(contact), "when": When(occurrence.starts_at.astimezone(zone))}
    name = "ask" if row.step.isdigit() else row.step
    if row.step == planning.OFFER and appointment.held_until_at is not None:
        params["until"] = When(appointment.held_until_at.astimezone(zone))
        if waiting.offer_says_it_moved(session, appointment.id, row.revision):
            name = "offer_moved"
    return marked(event, Text(f"reminder.{name}", params))


def marked(event: Event, text: Text) -> Text:
    """The text, with a line that says so when it is about a sample."""
    if event.is_sample:
        return Text("lines.joined", {"lines": (Text("dates.sample"), text)})
    return text
