"""What the line meant to send before an urgent item was opened keeps nobody's words back."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select

from bot import outbox
from bot.people import locked
from records.models import Address, Contact
from records.models.messages import Lane
from service.rehearsal import ZONE
from tests.conversations.urgent.cast import HELP, KNIFE, Cast


@pytest.fixture
def cast(cast_on_each: Cast) -> Cast:
    """A client who may be texted, at two in the afternoon."""
    cast = cast_on_each
    cast.client.texts("hello")
    cast.stage.at(datetime(2026, 11, 30, 14, 0, tzinfo=ZONE))
    with cast.stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        contact.safe_to_text, contact.safe_asked_at = "yes", cast.stage.line.now()
    cast.ignore()
    return cast


def reminded(cast: Cast, lane: Lane) -> None:
    """The line starts a text to the client."""
    line = cast.stage.line
    with line.database.write() as session:
        contact_id = session.scalars(select(Contact.id)).one()
        address_id = session.scalars(select(Address.id)).one()
        outbox.enqueue(
            session, line, contact=locked(session, contact_id), address_id=address_id,
            body="Tea at 2.", purpose="reminder", lane=lane, now=line.now(),
        )  # fmt: skip
    cast.later(seconds=1)


@pytest.mark.parametrize("lane", [Lane.TIMED, Lane.BULK])
def test_a_reminder_that_failed_once_keeps_no_answer_back(cast: Cast, lane: Lane) -> None:
    cast.stage.network.set_fault("refuse", number=cast.client.number, code=503, count=1)
    reminded(cast, lane)
    cast.client.hears_nothing().texts(KNIFE).hears("Are you safe right now?").hears_nothing()
    cast.on_call.texts("11: I am here, can you get out?")
    cast.client.hears("can you get out?")
    cast.later(minutes=20)
    cast.client.hears_nothing()
    cast.ignore()
    cast.closes(cast.on_call)
    cast.later(minutes=10)
    cast.client.hears("Tea at 2.").hears_nothing()
    cast.ignore()


def test_a_reminder_that_waits_for_the_closing_hides_no_2_that_comes_after_it(cast: Cast) -> None:
    cast.client.texts(HELP).hears("Are you safe right now?")
    reminded(cast, Lane.TIMED)
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("2").hears("Are you safe right now?").hears_nothing()
    assert (cast.alert().number, cast.alert().level) == (12, "emergency")
    cast.ignore()
