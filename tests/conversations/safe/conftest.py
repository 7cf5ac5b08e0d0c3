"""A client who has been through first contact, on a stage that moves its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot import outbox
from bot.checkins import plans
from bot.people import locked
from records.models import Address, Contact, Message, QueueItem
from records.models.messages import Lane
from tests.stage import Phone, Stage


def contact_of(stage: Stage, phone: Phone) -> Contact:
    """The row of whoever has this phone."""
    index = stage.line.vault.index("address.sms", phone.number)
    with stage.line.database.read() as session:
        return session.scalars(
            select(Contact)
            .join(Address, Address.contact_id == Contact.id)
            .where(Address.identifier_index == index)
        ).one()


def plan(stage: Stage, phone: Phone, body: str, purpose: str = "check_in", **more: Any) -> int:
    """Somebody plans a text for this phone, due now unless said otherwise; its row id."""
    contact_id = contact_of(stage, phone).id
    now = stage.line.now()
    more = {"lane": Lane.TIMED, "now": now, **more}
    with stage.line.database.write() as session:
        contact = locked(session, contact_id)
        address = session.scalars(select(Address).where(Address.contact_id == contact_id)).first()
        assert address is not None
        row = outbox.enqueue(
            session,
            stage.line,
            contact=contact,
            address_id=address.id,
            body=body,
            purpose=purpose,
            **more,
        )
    stage.rehearsal.settle()
    stage.collect()
    return row.id


def state(stage: Stage, row_id: int) -> tuple[str, str | None]:
    """State and reason of a text."""
    with stage.line.database.read() as session:
        row = session.get_one(Message, row_id)
        return row.state, row.reason


def items(stage: Stage) -> list[tuple[str, str]]:
    """Kind and level of the open items in the queue."""
    with stage.line.database.read() as session:
        rows = session.scalars(
            select(QueueItem).where(QueueItem.resolved_at.is_(None)).order_by(QueueItem.id)
        )
        return [(row.kind, row.level) for row in rows]


def change(stage: Stage, phone: Phone, **values: object) -> None:
    """Sets columns of the contact, as a worker would."""
    contact_id = contact_of(stage, phone).id
    with stage.line.database.write() as session:
        contact = session.get_one(Contact, contact_id)
        for name, value in values.items():
            setattr(contact, name, value)


def local(stage: Stage, day: int, hour: int, minute: int = 0) -> datetime:
    """Wall time of December 2026."""
    return datetime(2026, 12, day, hour, minute, tzinfo=stage.line.config.zone)


@pytest.fixture
def client(known: Phone) -> Phone:
    """After first contact, with a yes to "safe to text" and to check-ins, none of them agreed.

    Weeks pass in these tests, and what the line starts by itself is planned one text at a time.
    """
    stage = known.ignores().stage
    contact_id = contact_of(stage, known).id
    with stage.line.database.write() as session:
        for agreed in plans.live(session, contact_id):
            plans.end(session, agreed, "staff", stage.line.now())
    return known
