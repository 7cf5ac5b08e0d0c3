"""The people of these conversations: a client, and three workers with their phones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.line import LineConfig
from records.database import Database
from records.ids import new_id
from records.models import AuditEntry, Escalation, Override, QueueItem, Staff
from tests.stage import MONDAY_MORNING, Phone, Stage

KNIFE = "theres a man with a knife outside my door"
HELP = "HELP"
WANTS_OUT = "i want out of this life"
QUESTION = "Are you safe right now? 1 yes 2 no"


class Cast:
    """A stage with names for the phones. On call 0191, second 0192, supervisor 0193."""

    def __init__(
        self,
        start: datetime = MONDAY_MORNING,
        *,
        database: Database | None = None,
        config: LineConfig | None = None,
    ) -> None:
        self.stage = Stage(start, database=database, config=config)
        self.client = self.stage.phone("0141")
        self.on_call = self.stage.phone("0191")
        self.second = self.stage.phone("0192")
        self.supervisor = self.stage.phone("0193")

    @property
    def workers(self) -> tuple[Phone, ...]:
        return (self.on_call, self.second, self.supervisor)

    def is_paged(self) -> None:
        """Reads away the first pages of an emergency; nobody heard anything else."""
        self.on_call.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
        self.second.hears("Urgent item 11").hears_nothing()
        self.supervisor.hears_nothing()

    def later(self, **length: float) -> Cast:
        self.stage.later(**length)
        return self

    def closes(self, phone: Phone, number: int = 11) -> None:
        """A worker closes an item by text: asks, and sends back the code that only they hear."""
        phone.ignores().texts(f"{number} done")
        phone.texts(phone.unread.pop().removeprefix(f"To close item {number} reply "))

    def ignore(self) -> None:
        """Everybody reads whatever came."""
        for phone in (self.client, *self.workers):
            phone.ignores()

    def alert(self) -> Escalation:
        """The newest alert, as it stands."""
        with self.stage.line.database.read() as session:
            newest = select(Escalation).order_by(Escalation.id.desc())
            return session.scalars(newest).first() or pytest.fail("there is no alert")

    def alarms(self) -> list[str | None]:
        """What the open alarms are about."""
        with self.stage.line.database.read() as session:
            return list(
                session.scalars(
                    select(QueueItem.subject)
                    .where(QueueItem.kind == "alarm", QueueItem.resolved_at.is_(None))
                    .order_by(QueueItem.id)
                )
            )

    def audited(self) -> list[str]:
        """Every act written down, in order."""
        with self.stage.line.database.read() as session:
            return list(session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)))

    def heard_at(self, phone: Phone) -> list[tuple[float, str]]:
        """(minutes since the first text of anyone, "text" or "call") of what a phone got."""
        feed = self.stage.network.feed()
        start = feed[0].at
        return [
            (round((h.at - start).total_seconds() / 60, 2), h.kind)
            for h in feed
            if h.number == phone.number and h.kind != "sent"
        ]

    def answering(self, phone: Phone, behaviour: str) -> None:
        """What a phone does when it rings: answers, machine, no-answer, busy."""
        self.stage.network.add_phone(phone.number, answering=behaviour)

    def comes_on_call(self, phone: Phone, *, after: timedelta, until: timedelta) -> None:
        """This worker is first on call between two moments from now."""
        now, who = self.stage.line.now(), self.staff_id(phone)
        with self.stage.line.database.write() as session:
            session.add(
                Override(
                    id=new_id(), slot="first", staff_id=who, starts_at=now + after,
                    ends_at=now + until, made_by=who, made_at=now,
                )
            )  # fmt: skip

    def staff(self, phone: Phone) -> Staff:
        """The worker whose phone this is."""
        index = self.stage.line.vault.index("address.sms", phone.number)
        with self.stage.line.database.read() as session:
            return session.scalars(select(Staff).where(Staff.phone_index == index)).one()

    def staff_id(self, phone: Phone) -> int:
        """The worker's row whose phone this is."""
        return self.staff(phone).id


@pytest.fixture
def cast() -> Iterator[Cast]:
    """Monday morning; whoever is left with an unread text fails the test."""
    made = Cast()
    yield made
    made.stage.close()


@pytest.fixture
def cast_on_each(database: Database) -> Iterator[Cast]:
    """The same, on SQLite and on PostgreSQL."""
    made = Cast(database=database)
    yield made
    made.stage.close()
