"""How an item is opened, by a text, a timer or a person, and how it grows graver."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.escalation import alerts, holding, unasked
from bot.triage import Level, Tier
from records.models import Contact, Escalation, Message, QueueItem
from tests.conversations.urgent.cast import HELP, Cast
from tests.escalation.item import Desk


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_getting_worse_starts_over_for_everybody_and_says_why(cast: Cast) -> None:
    desk = Desk(cast, HELP)
    desk.takes(desk.ann)
    cast.stage.later(minutes=1)
    cast.ignore()
    desk.does(lambda s, a: alerts.raise_to(s, desk.line, a, Level.EMERGENCY, "answer", desk.now))
    alert = cast.alert()
    assert (alert.level, alert.state, alert.step) == ("emergency", "open", 1)
    assert alert.raised_at == alert.ladder_at == desk.now
    assert alert.next_at == desk.now + timedelta(minutes=2)
    assert alert.tell_at == desk.now + timedelta(minutes=5)
    assert alert.pages_when == "always"
    assert desk.item().level == "emergency"
    assert desk.acks() == [(desk.ann, "panel", desk.now, "raised")]
    assert ("line", "alert_raised", "emergency by answer") in desk.audited(9)
    cast.stage.later(seconds=1)
    cast.on_call.hears("Urgent item 11").ignores()
    cast.ignore()


def test_a_raise_never_makes_an_item_less_serious(desk: Desk) -> None:
    desk.does(lambda s, a: alerts.raise_to(s, desk.line, a, Level.URGENT, "text", desk.now))
    assert desk.cast.alert().level == "emergency"
    assert ("line", "alert_raised", "emergency by text") in desk.audited(9)
    desk.cast.ignore()


def test_whoever_was_told_or_must_hear_nothing_is_not_told_after_a_raise(desk: Desk) -> None:
    for change in ("told_at", "is_silent"):
        with desk.line.database.write() as session:
            alert = holding.held(session, desk.id)
            alert.tell_at = alert.told_at = None
            alert.is_silent = False
            setattr(alert, change, desk.now if change == "told_at" else True)
            alerts.raise_to(session, desk.line, alert, Level.EMERGENCY, "text", desk.now)
        assert desk.cast.alert().tell_at is None
    desk.cast.ignore()


@pytest.mark.parametrize(
    ("stands", "when", "level", "tier", "is_graver"),
    (
        ("urgent", "always", Level.EMERGENCY, Tier.P0, True),
        ("urgent", "always", Level.URGENT, Tier.P1, False),
        ("emergency", "always", Level.EMERGENCY, Tier.P0, False),
        ("emergency", "always", Level.URGENT, Tier.P1, False),
        ("urgent", "staffed", Level.URGENT, Tier.P1, True),
        ("urgent", "staffed", Level.URGENT, Tier.P2, False),
        ("urgent", "evening", Level.URGENT, Tier.P1, True),
    ),
)
def test_what_asks_for_more_than_the_item_does_already(
    stands: str, when: str, level: Level, tier: Tier, is_graver: bool
) -> None:
    alert = Escalation(level=stands, pages_when=when)
    assert alerts.is_graver(alert, level, tier) is is_graver


def test_a_new_item_is_numbered_queued_and_set_going(desk: Desk) -> None:
    alert, item = desk.cast.alert(), desk.item()
    assert (alert.number, alert.level, alert.kind) == (11, "emergency", "violence")
    assert (alert.state, alert.step, alert.texts) == ("open", 1, 1)
    assert alert.opened_at == alert.ladder_at == desk.now
    assert alert.next_at == desk.now + timedelta(minutes=2)
    assert alert.tell_at == desk.now + timedelta(minutes=5)
    assert (alert.is_silent, alert.is_probe, alert.pages_when) == (False, False, "always")
    assert (item.level, item.contact_id, item.message_id) == (
        "emergency",
        alert.contact_id,
        alert.message_id,
    )
    with desk.line.database.read() as session:
        assert session.get_one(Message, alert.message_id).level == "emergency"
    acts = [act for _, act, _ in desk.audited(99)]
    assert acts[0] == "alert_opened"
    assert ("line", "alert_opened", "emergency violence") in desk.audited(99)


def test_a_further_text_is_counted_and_written_down_as_the_clients(desk: Desk) -> None:
    desk.cast.client.texts("he is still here")
    assert desk.cast.alert().texts == 2
    assert ("client", "text_added", None) in desk.audited(9)
    desk.cast.ignore()


def test_an_item_opened_by_a_timer_is_silent_grave_and_paged(desk: Desk) -> None:
    contact_id, message_id = desk.cast.alert().contact_id, desk.cast.alert().message_id
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    with desk.line.database.write() as session:
        contact = session.get_one(Contact, contact_id)
        made = unasked.open_by_timer(
            session, desk.line, contact, message_id, "timer_missed", desk.now
        )
        made_id = made.id
    alert = desk.cast.alert()
    assert (alert.id, alert.number, alert.level) == (made_id, 12, "emergency")
    assert (alert.kind, alert.is_silent, alert.state) == ("timer_missed", True, "open")
    assert alert.opened_at == alert.ladder_at == desk.now and alert.message_id == message_id
    assert (alert.step, alert.next_at) == (1, desk.now + timedelta(minutes=2))
    assert alert.tell_at is None
    with desk.line.database.read() as session:
        item = session.scalars(
            select(QueueItem).where(QueueItem.kind == "urgent", QueueItem.resolved_at.is_(None))
        ).one()
        assert (item.level, item.dedupe_key) == ("emergency", f"urgent:{contact_id}")
        assert (item.contact_id, item.message_id) == (contact_id, message_id)
    desk.id = made_id
    assert desk.audited(99)[0] == ("line", "alert_opened", "emergency timer_missed")
    desk.cast.stage.later(seconds=1)
    desk.cast.on_call.hears("Urgent item 12").ignores()
    desk.cast.client.hears_nothing()
    desk.cast.ignore()


def test_an_item_opened_by_a_person_pages_nobody_by_itself(desk: Desk) -> None:
    contact_id, message_id = desk.cast.alert().contact_id, desk.cast.alert().message_id
    desk.does(lambda s, a: holding.resolve(s, a, desk.ann, "done", desk.now))
    with desk.line.database.write() as session:
        contact = session.get_one(Contact, contact_id)
        message = session.get_one(Message, message_id)
        message.kind = None
        made = alerts.open_by_person(session, contact, message, Level.URGENT, desk.now)
        assert (made.number, made.level, made.kind) == (12, "urgent", "generic")
        assert (made.is_silent, made.step, made.message_id) == (False, 0, message_id)
        assert made.opened_at == made.ladder_at == made.next_at == desk.now
        assert made.told_at == desk.now  # the phone heard nothing, and hears nothing by itself
        desk.id = made.id
        holding.resolve(session, made, desk.ann, "done", desk.now)
    assert desk.audited(99)[0] == ("line", "alert_opened", "urgent by a person")
    for change in ("is_watched", "stopped_at"):
        with desk.line.database.write() as session:
            contact = session.get_one(Contact, contact_id)
            contact.is_watched = change == "is_watched"
            contact.stopped_at = desk.now if change == "stopped_at" else None
            message = session.get_one(Message, message_id)
            message.kind = "police"
            made = alerts.open_by_person(session, contact, message, Level.URGENT, desk.now)
            assert made.is_silent and made.kind == "police"
            holding.resolve(session, made, desk.ann, "done", desk.now)
    desk.cast.ignore()
