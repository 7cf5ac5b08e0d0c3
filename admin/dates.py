"""One date: who has a place and who waits, who came; moved, called off, places given and taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import items
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from bot import names
from bot.calendar import seats, waiting
from bot.calendar.calling_off import Notice
from bot.calendar.dates import REASONS
from bot.line import Line
from bot.reminders import waiting as news
from bot.reminders.waiting import Told
from records.audit import note
from records.errors import MendableError
from records.models import Appointment, Contact, Event, Facilitator, Occurrence

bp = Blueprint("dates", __name__, url_prefix="/calendar/dates")


@dataclass(frozen=True)
class Person:
    """Somebody with a place, or who waits for one (`appointment_id` 0). `who` is the short name,
    else the masked number; `details` is where an accompaniment goes."""

    client: str
    who: str
    appointment_id: int
    state: str
    rsvp: str
    attended: bool | None
    wants_ride: bool
    details: str


@bp.get("/<int:date_id>")
@may(Permission.READ_CLIENTS)
def show(date_id: int) -> str:
    return page(date_id)


def page(
    date_id: int,
    problem: str | None = None,
    *,
    notice: Notice | None = None,
    reason: str = "",
    found: Iterable[Contact] | None = None,
) -> str:
    """One date with its people. That they were read stands in the audit."""
    line, now = the_line(), the_line().now()
    with line.database.write() as session:
        row = session.get(Occurrence, date_id) or abort(404)
        event = session.get_one(Event, row.event_id)
        subject = f"occurrence:{date_id}"
        note(session, now, viewer().actor, "read_date", subject=subject)
        people = booked(session, line, date_id)
        in_line = _waiting(session, line, date_id)
        told, missed = _told(session, line, row)
        led_by = select(Facilitator.staff_id).where(Facilitator.event_id == event.id)
        leaders = names_of(session, line, set(session.scalars(led_by)))
        free = seats.free_seats(session, row.id, seats.capacity_of(row, event))
        chosen = [(one.public_id, who(session, line, one)) for one in found or ()]
    return render_template(
        "panel/date.html", row=row, event=event, people=people, waiting=in_line, free=free,
        told=told, missed=missed,
        leaders=sorted(leaders.values()), problem=problem, notice=notice, reason=reason,
        reasons=REASONS, found=chosen if found is not None else None,
        is_open=seats.is_open(row, now), has_begun=row.starts_at <= now,
        wall=line.local(row.starts_at).strftime("%Y-%m-%dT%H:%M"),
    )  # fmt: skip


def who(session: Session, line: Line, contact: Contact) -> str:
    """The short name of a client, else their masked number."""
    name = names.name_of(line, contact)
    return name or items.numbers(session, line, {contact.id}).get(contact.id, ("", ""))[1]


def booked(session: Session, line: Line, date_id: int) -> list[Person]:
    """Who has a place, in the order in which they got it."""
    rows = session.execute(
        select(Appointment, Contact)
        .join(Contact, Contact.id == Appointment.contact_id)
        .where(Appointment.occurrence_id == date_id, Appointment.state.in_(seats.LIVE))
        .order_by(Appointment.id)
    ).all()
    return [
        Person(
            contact.public_id, who(session, line, contact), row.id, row.state, row.rsvp or "",
            row.attended, row.wants_ride, details_of(line, contact, row),
        )
        for row, contact in rows
    ]  # fmt: skip


def details_of(line: Line, contact: Contact, row: Appointment) -> str:
    """Where an accompaniment goes, made safe to show."""
    if row.details_sealed is None:
        return ""
    try:
        place = f"appointment.details:{row.id}"
        return visible(line.vault.open(contact.data_key, place, row.details_sealed))
    except MendableError:
        return ""


def _told(
    session: Session, line: Line, row: Occurrence
) -> tuple[Told, list[tuple[Contact, str, str]]]:
    """What who waits heard of the last change; whom no text reached, why, and their name."""
    told = news.told(session, row)
    found = [(session.get_one(Contact, one), why) for one, why in told.not_told]
    return told, [(one, why, who(session, line, one)) for one, why in found]


def _waiting(session: Session, line: Line, date_id: int) -> list[Person]:
    found = []
    for row in waiting.waiting_for(session, date_id):
        contact = session.get_one(Contact, row.contact_id)
        found.append(
            Person(
                contact.public_id, who(session, line, contact), 0, row.state, "", None, False, ""
            )
        )
    return found
