"""After a date: who came, a kind text to who did not, and whether reminders helped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.calendar import seats
from bot.line import Line
from bot.reminders import planning
from records.audit import note
from records.ids import new_id
from records.models import Appointment, Contact, Event, Occurrence, Reminder
from records.models.bookings import BOOKED, DROPPED, PLANNED, SENT

_SAID: dict[bool | None, str] = {True: "came", False: "missed", None: "undone"}


def mark(
    session: Session, line: Line, appointment_id: int, attended: bool | None, by: int, now: datetime
) -> Appointment:
    """Marks that somebody came, or did not, or (None) that this was a mistake.

    Who did not come gets one kind text, some minutes later, unless it was marked otherwise by
    then. Raises ValueError before the start and for a seat that is not booked.
    """
    row = session.scalars(
        select(Appointment).where(Appointment.id == appointment_id).with_for_update()
    ).one()
    occurrence = session.get_one(Occurrence, row.occurrence_id)
    if row.state != BOOKED or occurrence.starts_at > now:
        raise ValueError("only who had a place at a date that has begun can be marked")
    row.attended, row.marked_by, row.marked_at = attended, by, now
    _missed(session, line, row, occurrence, now)
    subject, detail = (
        f"appointment:{row.id}",
        _SAID[attended],
    )
    note(
        session, now, f"staff:{by}", "attendance", contact_id=row.contact_id, subject=subject,
        detail=detail,
    )  # fmt: skip
    return row


def walked_in(
    session: Session, contact: Contact, occurrence_id: int, by: int, now: datetime
) -> Appointment:
    """Somebody came without a seat: kept as booked and attended. The caller holds the contact.

    Raises ValueError for a date that was called off or has not begun.
    """
    found = seats.held(session, occurrence_id)
    if found is None or found[0].state != "planned" or found[0].starts_at > now:
        raise ValueError("nobody can have come to this date")
    row = seats.live(session, contact.id, occurrence_id)
    if row is None:
        row = Appointment(
            id=new_id(), occurrence_id=occurrence_id, contact_id=contact.id, state=BOOKED,
            how="walk_in", booked_at=now, booked_by=by,
        )  # fmt: skip
        session.add(row)
    row.attended, row.marked_by, row.marked_at = True, by, now
    session.flush()
    subject = f"appointment:{row.id}"
    note(
        session, now, f"staff:{by}", "attendance", contact_id=contact.id, subject=subject,
        detail="walked_in",
    )  # fmt: skip
    return row


def _missed(
    session: Session, line: Line, row: Appointment, occurrence: Occurrence, now: datetime
) -> None:
    """Plans the one text of a missed date, or takes it back."""
    session.flush()
    text = session.scalar(
        select(Reminder).where(Reminder.appointment_id == row.id, Reminder.step == planning.MISSED)
    )
    if row.attended is False and text is None:
        planning.news(session, line, row, occurrence, planning.MISSED, now)
    elif row.attended is False and text is not None and text.reason == "came":
        text.state, text.reason, text.settled_at = PLANNED, None, None
    elif row.attended is not False and text is not None and text.state == PLANNED:
        text.state, text.reason, text.settled_at = DROPPED, "came", now


@dataclass(frozen=True)
class Effect:
    """Seats of one kind whose date is over, by what was said to a reminder.

    Keys of `seats`: (said, came); `said`: yes (answered 1), silent (reminded, no answer), none
    (never reminded), no (gave the seat up in time); `came`: True, False, None (not marked).
    """

    kind: str
    seats: Counter[tuple[str, bool | None]]

    def share(self, said: str) -> tuple[int, int]:
        """(came, marked) of those who said this to a reminder."""
        came = self.seats[said, True]
        return came, came + self.seats[said, False]

    @property
    def missed(self) -> int:
        """Marked as not there."""
        return sum(n for (_, came), n in self.seats.items() if came is False)


def effects(session: Session, since: datetime, until: datetime) -> list[Effect]:
    """What reminders did, by kind of event, for dates that began in [since, until)."""
    reminded = exists().where(
        Reminder.appointment_id == Appointment.id, Reminder.state == SENT, Reminder.step != "offer"
    )
    rows = session.execute(
        select(Event.kind, Appointment.state, Appointment.rsvp, reminded, Appointment.attended)
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(
            Occurrence.starts_at >= since,
            Occurrence.starts_at < until,
            Occurrence.state == "planned",
            Appointment.state.in_((BOOKED, "given_up", "moved")),
        )  # fmt: skip
    )
    counted: dict[str, Counter[tuple[str, bool | None]]] = {}
    for kind, state, rsvp, was_reminded, attended in rows:
        said = "yes" if rsvp == "yes" else "silent" if was_reminded else "none"
        if state != BOOKED:
            said = "no"
        counted.setdefault(kind, Counter())[said, attended] += 1
    return [Effect(kind, seats) for kind, seats in sorted(counted.items())]
