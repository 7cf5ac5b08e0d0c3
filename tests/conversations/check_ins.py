"""A client who agreed to be asked how they are, and what became of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from bot.checkins import plans
from bot.people import locked
from records.database import Database
from records.models import CheckIn, CheckPlan, Consent, Contact, Escalation, QueueItem, Staff
from service.rehearsal import ZONE
from tests.stage import Phone, Stage

MONDAY = date(2026, 11, 30)
HOW = "How are you today? 1 ok 2 so-so 3 not ok"
SECOND = "Hi again. How are you?"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Wall time in Ottawa."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


class Asked:
    """A stage with a client at 0141 who texted in, called the phone safe and said yes."""

    def __init__(self, database: Database, start: datetime | None = None) -> None:
        self.stage = Stage(start or at(MONDAY, 9), database=database)
        self.client = self.stage.phone("0141")
        self.on_call, self.second = self.stage.phone("0191"), self.stage.phone("0192")
        self.supervisor = self.stage.phone("0193")
        self.client.texts("hello").ignores()
        with self.stage.line.database.write() as session:
            contact = session.scalars(select(Contact)).one()
            self.id, self.public_id = contact.id, contact.public_id
            contact.safe_to_text, contact.introduced_at = "yes", self.stage.line.now()
        self.says("check_ins")

    def says(self, purpose: str, *, given: bool = True) -> None:
        """What the client said to one purpose."""
        with self.stage.line.database.write() as session:
            session.add(
                Consent(
                    contact_id=self.id,
                    purpose=purpose,
                    given=given,
                    version="test",
                    language="en",
                    how="text",
                    at=self.stage.line.now(),
                )
            )

    def agree(self, kind: str = "how", every: str = "week", on: date = MONDAY, **more: Any) -> int:
        """A plan, agreed now; its row id."""
        with self.stage.line.database.write() as session:
            contact = locked(session, self.id)
            line, terms = self.stage.line, plans.Terms(kind, every, on, **more)
            return plans.agree(session, line, contact, terms, line.now()).id

    def change(self, **values: Any) -> None:
        """Sets columns of the client's row."""
        with self.stage.line.database.write() as session:
            contact = session.get_one(Contact, self.id)
            for name, value in values.items():
                setattr(contact, name, value)

    def worker(self, phone: Phone) -> int:
        """The worker's row whose phone this is."""
        index = self.stage.line.vault.index("address.sms", phone.number)
        with self.stage.line.database.read() as session:
            return session.scalars(select(Staff.id).where(Staff.phone_index == index)).one()

    def rows(self) -> list[tuple[str, str | None]]:
        """(state, answer or reason) of every date that was due, in order."""
        with self.stage.line.database.read() as session:
            found = session.scalars(select(CheckIn).order_by(CheckIn.id)).all()
        return [(row.state, row.answer or row.reason) for row in found]

    def plan(self) -> CheckPlan:
        """The newest plan."""
        with self.stage.line.database.read() as session:
            return session.scalars(select(CheckPlan).order_by(CheckPlan.id.desc())).first()  # type: ignore[return-value]

    def items(self) -> list[str]:
        """Kinds of what waits for a person about this client."""
        with self.stage.line.database.read() as session:
            return list(
                session.scalars(
                    select(QueueItem.kind)
                    .where(QueueItem.contact_id == self.id, QueueItem.resolved_at.is_(None))
                    .order_by(QueueItem.id)
                )
            )

    def alerts(self) -> list[tuple[str, str]]:
        """(level, kind) of every alert."""
        with self.stage.line.database.read() as session:
            found = session.scalars(select(Escalation).order_by(Escalation.id)).all()
        return [(row.level, row.kind) for row in found]
