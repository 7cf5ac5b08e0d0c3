"""People, staff and texts for the outbox's tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot import outbox, people
from bot.line import Line
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Contact, Message, QueueItem, Staff
from records.models.messages import Lane


class Desk:
    """Writes texts to people and reads back what became of them."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._contacts: dict[str, tuple[int, int]] = {}

    @property
    def now(self) -> datetime:
        return self.line.now()

    def person(self, number: str = "+16135550141", *, proven: bool = True) -> int:
        """The contact id of a number."""
        if number not in self._contacts:
            with self.line.database.write() as session:
                made = people.make(session, self.line, "sms", number, self.now)
                address, contact = made.address, made.contact
                address.proven_at = self.now if proven else None
                contact.last_inbound_at = contact.safe_asked_at = self.now
                contact.safe_to_text = "yes"
                self._contacts[number] = (address.contact_id, address.id)
        return self._contacts[number][0]

    def has_texted(self, number: str = "+16135550141") -> None:
        """A text came in from this number just now."""
        with self.line.database.write() as session:
            session.get_one(Contact, self.person(number)).last_inbound_at = self.now

    def staff(self, number: str = "+16135550191") -> int:
        """The id of a member of staff with this number."""
        staff_id = new_id()
        seal = self.line.vault.seal
        with self.line.database.write() as session:
            session.add(
                Staff(
                    id=staff_id,
                    login_index=f"{staff_id}",
                    login_sealed=seal(SYSTEM, f"staff.login:{staff_id}", "a"),
                    name_sealed=seal(SYSTEM, f"staff.name:{staff_id}", "A"),
                    phone_sealed=seal(SYSTEM, f"staff.phone:{staff_id}", number),
                    role="caseworker",
                    created_at=self.now,
                )
            )
        return staff_id

    def write(self, body: str, number: str = "+16135550141", **more: Any) -> int:
        """Queues a text to a person; its row id."""
        self.person(number)
        contact_id, address_id = self._contacts[number]
        more = {"purpose": "reply", "lane": Lane.REPLY, "now": self.now, **more}
        with self.line.database.write() as session:
            contact = session.get_one(Contact, contact_id)
            row = outbox.enqueue(
                session, self.line, contact=contact, address_id=address_id, body=body, **more
            )
            return row.id

    def page(self, body: str, staff_id: int, **more: Any) -> int:
        """Queues a page to staff; its row id."""
        more = {"purpose": "page", "lane": Lane.URGENT, "now": self.now, **more}
        with self.line.database.write() as session:
            return outbox.enqueue(session, self.line, staff_id=staff_id, body=body, **more).id

    def send(self, limit: int = 100) -> int:
        """Hands over what may go now; how many were claimed."""
        done = 0
        for _ in range(limit):
            claims = outbox.claim_due(self.line, self.now)
            if not claims:
                break
            for claim in claims:
                outbox.send_one(self.line, claim)
                done += 1
        return done

    def row(self, message_id: int) -> Message:
        with self.line.database.read() as session:
            return session.get_one(Message, message_id)

    def items(self, kind: str | None = None) -> list[QueueItem]:
        """What waits for a person."""
        with self.line.database.read() as session:
            rows = select(QueueItem).where(QueueItem.resolved_at.is_(None)).order_by(QueueItem.id)
            return [row for row in session.scalars(rows) if kind in (None, row.kind)]


@pytest.fixture
def desk(line: Line) -> Desk:
    return Desk(line)
