"""A call shows a number, which anybody can forge: it makes no phone the client's own again."""

from __future__ import annotations

from bot import safe
from tests.conversations.safe.conftest import contact_of, plan, state
from tests.conversations.safe.test_own_words import CODE, give_words
from tests.stage import Phone, Stage


def calls(client: Phone) -> Stage:
    """The phone calls the line, and the worker on call talks with whoever it is."""
    stage = client.stage
    stage.network.phone_calls(client.number)
    stage.rehearsal.settle()
    assert stage.network.press("+16135550191", "1")
    stage.rehearsal.settle()
    stage.collect()
    client.hears("9 1 1").hears("[connected]").hears_nothing()
    assert stage.network.hang_up(client.number)
    stage.later(seconds=5)
    stage.phone("0191").ignores()
    return stage


def test_a_call_after_14_idle_days_does_not_stand_in_for_the_code_word(client: Phone) -> None:
    give_words(client)
    client.stage.later(days=15)
    calls(client)
    client.stage.later(minutes=5)
    client.texts("when is my appointment").hears("Text your word first").hears_nothing()
    client.texts(CODE).hears("No place is kept for you").hears_nothing()


def test_a_call_in_thirty_silent_days_starts_nothing(client: Phone) -> None:
    stage = client.stage
    stage.later(days=20)
    calls(client)
    stage.later(days=10, hours=2)
    assert state(stage, plan(stage, client, "How are you?")) == ("held", "silent")
    calls(client)
    stage.later(hours=1)
    assert state(stage, plan(stage, client, "How are you?")) == ("held", "silent")
    client.hears_nothing()


def test_the_past_stays_folded_though_a_call_came_in_the_silence(client: Phone) -> None:
    stage = client.stage
    stage.later(days=20)
    calls(client)
    stage.later(days=20)
    client.texts("hi again").ignores()
    with stage.line.database.read() as session:
        now, contact = stage.line.now(), contact_of(stage, client)
        assert safe.history_hidden_until(session, contact, now) == now
