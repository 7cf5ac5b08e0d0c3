"""Clients who know the line and said yes to reminders, and a calendar that workers fill."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.calendar import after, booking, dates, waiting
from bot.calendar.booking import Came
from bot.case import wanted_at
from bot.line import LineConfig
from bot.people import locked
from records.database import Database
from records.models import (
    Appointment,
    Consent,
    Contact,
    Occurrence,
    QueueItem,
    Reminder,
    SafeHours,
    WaitingPlace,
)
from service.rehearsal import ZONE
from tests.stage import Phone, Stage

MONDAY = date(2026, 11, 30)
THURSDAY = date(2026, 12, 3)
BY = 7


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Wall time in Ottawa."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def wall(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M")


class Calendar:
    """A stage without samples: what workers enter, and clients at 0141, 0142, ..."""

    def __init__(
        self, database: Database | None, start: datetime | None = None,
        config: LineConfig | None = None,
    ) -> None:  # fmt: skip
        self.stage = Stage(
            start or at(MONDAY, 11), database=database, with_samples=False, config=config
        )
        self.line = self.stage.line
        self.ids: dict[str, int] = {}
        #: The date that a test of one date is about.
        self.date_id = 0

    def client(self, digits: str = "0141", channel: str = "sms", **columns: Any) -> Phone:
        """A client who texted in, called the phone safe and said yes to reminders."""
        is_whatsapp = channel == "whatsapp"
        phone = self.stage.whatsapp(digits) if is_whatsapp else self.stage.phone(digits)
        phone.texts("hello").ignores()
        with self.line.database.write() as session:
            contact = session.scalars(select(Contact).order_by(Contact.id.desc())).first()
            assert contact is not None
            contact.safe_to_text, contact.introduced_at = "yes", self.line.now()
            contact.safe_asked_at = self.line.now()
            for name, value in columns.items():
                setattr(contact, name, value)
            self.ids[digits] = contact.id
        self.stage.later(seconds=10)
        self.says(digits, "reminders", channel=channel)
        return phone

    def says(self, digits: str, purpose: str, *, given: bool = True, channel: str = "sms") -> None:
        with self.line.database.write() as session:
            session.add(
                Consent(
                    contact_id=self.ids[digits], purpose=purpose, given=given, version="test",
                    language="en", how="text", channel=channel, at=self.line.now(),
                )
            )  # fmt: skip

    def safe_hours(self, digits: str, begin: int, until: int, days: int = 127) -> None:
        """The client's own hours, minutes of the day."""
        with self.line.database.write() as session:
            session.add(
                SafeHours(
                    contact_id=self.ids[digits], days=days, from_minute=begin, until_minute=until,
                    set_at=self.line.now(),
                )
            )  # fmt: skip

    def event(
        self, first: datetime, *, kind: str = "circle", name: str = "Test circle",
        place: str = "12 Main St", **more: Any,
    ) -> list[int]:  # fmt: skip
        """An event entered by a worker; the ids of its dates, soonest first."""
        terms = dates.Terms(kind, name, wall(first), place=place, **more)
        with self.line.database.write() as session:
            event = dates.add_event(session, terms, BY, self.line.now())
            event_id = event.id
        with self.line.database.read() as session:
            return list(
                session.scalars(
                    select(Occurrence.id)
                    .where(Occurrence.event_id == event_id)
                    .order_by(Occurrence.starts_at, Occurrence.id)
                )
            )

    def book(self, digits: str, occurrence_id: int, **more: Any) -> Came:
        """A worker books for a client."""
        with self.line.database.write() as session:
            contact = locked(session, self.ids[digits])
            now = self.line.now()
            return booking.book(
                session, self.line, contact, occurrence_id, now, how="staff", by=BY, **more
            ).came

    def wait(self, digits: str, occurrence_id: int) -> bool:
        with self.line.database.write() as session:
            contact = locked(session, self.ids[digits])
            return waiting.wait(session, contact, occurrence_id, self.line.now())

    def give_up(self, digits: str) -> None:
        """A worker gives the client's newest seat up for them."""
        with self.line.database.write() as session:
            contact, row = locked(session, self.ids[digits]), self.seat(digits)
            booking.give_up(session, contact.id, row.id, self.line.now(), by=BY)
        self._settle()

    def move(self, occurrence_id: int, to: datetime) -> None:
        with self.line.database.write() as session:
            dates.move(session, self.line, occurrence_id, wall(to), BY, self.line.now())
        self._settle()

    def cancel(self, occurrence_id: int, reason: str = "weather") -> None:
        self.cancel_now(occurrence_id, reason)
        self._settle()

    def cancel_now(self, occurrence_id: int, reason: str = "weather") -> None:
        """As `cancel`, from a thread: what follows from it happens later."""
        with self.line.database.write() as session:
            dates.cancel(session, self.line, occurrence_id, reason, BY, self.line.now())

    def marks(self, digits: str, attended: bool | None) -> None:
        with self.line.database.write() as session:
            row = self.seat(digits)
            after.mark(session, self.line, row.id, attended, BY, self.line.now())
        self._settle()

    def seat(self, digits: str) -> Appointment:
        """The client's newest seat."""
        with self.line.database.engine.connect() as connection:
            row_id = connection.scalar(
                select(Appointment.id)
                .where(Appointment.contact_id == self.ids[digits])
                .order_by(Appointment.id.desc())
            )
        assert row_id is not None
        return self.row(row_id)

    def row(self, appointment_id: int) -> Appointment:
        from sqlalchemy.orm import Session

        with Session(self.line.database.engine, expire_on_commit=False) as session:
            return session.get_one(Appointment, appointment_id)

    def reminders(self, digits: str) -> list[tuple[str, str, str | None]]:
        """(step, state, reason or what moved it) of every reminder of a client, in order."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(Reminder)
                .where(Reminder.contact_id == self.ids[digits])
                .order_by(Reminder.revision, Reminder.due_at, Reminder.id)
            ).all()
            return [(row.step, row.state, row.reason or row.moved) for row in rows]

    def due(self, digits: str) -> list[datetime]:
        """When each planned reminder comes, on the wall clock."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(Reminder.due_at)
                .where(Reminder.contact_id == self.ids[digits], Reminder.state == "planned")
                .order_by(Reminder.due_at, Reminder.id)
            ).all()
        return [row.astimezone(ZONE) for row in rows]

    def items(self) -> list[str]:
        """Kinds of what waits for a person; that nobody is on call here is no news."""
        with self.line.database.read() as session:
            rows = session.scalars(
                select(QueueItem.kind)
                .where(
                    QueueItem.resolved_at.is_(None),
                    QueueItem.kind.not_in(("unreviewed_text", "alarm")),
                )
                .order_by(QueueItem.id)
            )
            return list(rows)

    def wanted(self) -> list[datetime]:
        """The times for which something is wanted of a person, on the wall clock."""
        with self.line.database.read() as session:
            about = session.scalars(select(QueueItem.subject).order_by(QueueItem.id)).all()
        return [found.astimezone(ZONE) for one in about if (found := wanted_at(one)) is not None]

    def waits(self) -> list[str]:
        with self.line.database.read() as session:
            return list(session.scalars(select(WaitingPlace.state).order_by(WaitingPlace.id)))

    def _settle(self) -> None:
        self.stage.later(seconds=1)


def days(number: int) -> timedelta:
    return timedelta(days=number)
