"""What was kept long enough goes; what is open, in a person's hands or held for a court stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import retention
from records.models import Conversation, Escalation, Message
from tests.conversations.safe.conftest import change, contact_of, items
from tests.conversations.safe.test_own_words import workers_ignore
from tests.stage import Phone, Stage


def bodies(stage: Stage, phone: Phone) -> set[bool]:
    """Whether the words of this client's texts are there."""
    contact_id = contact_of(stage, phone).id
    with stage.line.database.read() as session:
        found = session.scalars(select(Message).where(Message.contact_id == contact_id))
        return {row.body_sealed is not None for row in found}


def standing(stage: Stage) -> dict[str, retention.Standing]:
    with stage.line.database.read() as session:
        return {row.name: row for row in retention.standing(session, stage.line, stage.line.now())}


def later(stage: Stage, days: int) -> None:
    """Days go by with nothing in them."""
    clock = stage.rehearsal.clock
    clock.move_to(clock.now() + timedelta(days=days))


def test_looking_changes_nothing_and_letting_go_takes_only_what_is_due(client: Phone) -> None:
    stage = client.stage
    client.texts("zebra pyjamas").ignores()
    later(stage, 89)
    assert standing(stage)["texts"].due == 0
    later(stage, 2)
    there = standing(stage)["texts"]
    assert there.due > 5 and there.held == 0 and bodies(stage, client) == {True}
    assert retention.purge(stage.line, stage.line.now()) >= there.due
    assert bodies(stage, client) == {False} and standing(stage)["texts"].due == 0


@pytest.mark.parametrize("why", ["urgent", "closed lately", "person", "hold"])
def test_an_open_matter_or_a_legal_hold_keeps_it(client: Phone, why: str) -> None:
    stage = client.stage
    if why in ("urgent", "closed lately"):
        client.texts("he is beating me").ignores()
    later(stage, 91)
    contact_id = contact_of(stage, client).id
    with stage.line.database.write() as session:
        if why == "person":
            session.get_one(Conversation, contact_id).handed_off_at = stage.line.now()
        elif why == "closed lately":
            alert = session.scalars(select(Escalation)).one()
            alert.state, alert.resolved_at = "resolved", stage.line.now()
    if why == "hold":
        change(stage, client, legal_hold_at=stage.line.now())
    there = standing(stage)["texts"]
    assert there.held > 5 and there.due < 5  # pages to staff are no client's
    retention.purge(stage.line, stage.line.now())
    assert bodies(stage, client) == {True}
    workers_ignore(stage)
    client.ignores()


def test_a_number_that_the_carrier_says_is_gone_hears_nothing_and_hides_its_past(
    client: Phone,
) -> None:
    stage = client.stage
    stage.later(hours=4)
    stage.network.set_fault("reject", code=30005)
    client.texts("circle")
    client.ignores()
    stage.later(minutes=5)
    contact = contact_of(stage, client)
    assert contact.safe_to_text == "unknown" and contact.doubted_at is not None
    assert ("number_gone", "routine") in items(stage)
