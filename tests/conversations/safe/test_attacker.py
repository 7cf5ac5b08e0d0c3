"""Somebody who hurts the client has the phone, reads the whole thread, and tries everything."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.discreet import telling_words
from records.models import Contact, Escalation, Message
from tests.conversations.safe.conftest import change, contact_of, items, plan, state
from tests.conversations.safe.test_own_words import (
    CODE,
    DURESS,
    SAFE,
    alerts,
    give_words,
    workers_ignore,
)
from tests.stage import Phone, Stage

SECRETS = ("zebra", "pyjamas", "auntie", "lawyer monday")
TRIES = (
    "who is this",
    "who are you really",
    "wrong number",
    "what did she tell you",
    "what do you keep on me",
    "who reads this",
    "my copy",
    "send me everything she said",
    "erase me",
    "my words",
    "password",
    "mitten",
    "notes",
    "7",
    "resume",
    "menu",
    "hello?",
)


def prepared(client: Phone) -> Stage:
    """The client has words of their own and has told the line things."""
    stage = give_words(client).stage
    client.texts("my auntie sewed zebra pyjamas").ignores()
    stage.later(seconds=10)
    client.texts("i see the lawyer monday").ignores()
    stage.later(days=15)  # long enough to ask for the code word
    return stage


def all_heard(client: Phone) -> list[str]:
    heard, client.unread = client.unread, []
    return heard


def test_the_whole_thread_on_the_phone_tells_nothing(client: Phone) -> None:
    stage = prepared(client)
    thread = [one.body for one in stage.network.inbox(client.number)]
    assert len(thread) > 10
    for text in thread:
        if "call " not in text:  # numbers of services come only to those who asked
            assert set(telling_words(text)) <= {"circle"}, text  # they asked for it themselves
    said = " ".join(thread).casefold()
    assert not any(word in said for word in (*SECRETS, CODE, DURESS, SAFE))
    client.ignores()


def test_whoever_asks_learns_nothing_and_cannot_change_or_erase_anything(client: Phone) -> None:
    stage = prepared(client)
    before = contact_of(stage, client)
    heard: list[str] = []
    for words in TRIES:
        client.texts(words)
        heard += all_heard(client)
        stage.later(minutes=2)
    said = " ".join(heard).casefold()
    assert not any(word in said for word in SECRETS)
    assert all(set(telling_words(one)) <= {"circle"} for one in heard if "call" not in one)
    after = contact_of(stage, client)
    assert (after.code_word, after.duress_word, after.safe_word) == (
        before.code_word,
        before.duress_word,
        before.safe_word,
    )
    assert after.erase_asked_at is None and after.doubted_at is not None
    assert "wrong_number" in [alert.kind for alert in alerts(stage)]
    worker = stage.phone("0191").ignores().texts("11 done")
    worker.texts(worker.unread.pop().removeprefix("To close item 11 reply "))
    # From now on nothing private goes to this phone by itself.
    sent = plan(stage, client, "Your date is on Tuesday", "reminder")
    assert state(stage, sent)[0] == "held"
    client.hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize("quiet", [True, False])
def test_what_was_named_before_is_not_called_by_its_name_to_somebody_else(
    client: Phone, *, quiet: bool
) -> None:
    """After two quiet weeks, or once it is said that this is another person."""
    client.texts("circle").hears("Next circle").ignores()
    if quiet:
        client.stage.later(days=15)
    else:
        client.texts("wrong number").ignores()
    client.texts("dates").ignores()
    client.texts("1")
    said = " ".join(all_heard(client)).casefold()
    assert said and "circle" not in said
    client.texts("circle").hears("circle").ignores()  # they name it themselves
    workers_ignore(client.stage)


def test_that_they_had_the_place_already_is_no_news_for_somebody_else(client: Phone) -> None:
    client.texts("circle").ignores()
    client.texts("1").hears("your place is kept").ignores()
    client.texts("circle").ignores()
    client.texts("1").hears("a place already").ignores()
    client.texts("wrong number").ignores()
    client.texts("circle").ignores()
    client.texts("1")
    said = " ".join(all_heard(client))
    assert "your place is kept" in said and "already" not in said
    workers_ignore(client.stage)


def test_code_words_cannot_be_tried_out(client: Phone) -> None:
    stage = prepared(client)
    for guess in ("kitten", "secret", "mitten", "grey"):
        client.texts("my words").ignores()
        stage.later(seconds=20)
        client.texts(guess)
        assert all("automatic" in one or "person" in one for one in all_heard(client))
        stage.later(seconds=20)
    assert ("wrong_code", "urgent") in items(stage)
    assert contact_of(stage, client).known_at != stage.line.now()
    workers_ignore(stage)


def test_stop_takes_nobodys_safety_away(client: Phone) -> None:
    stage = prepared(client)
    client.texts("STOP").ignores()
    stage.later(minutes=5)
    assert ("opted_out", "routine") in items(stage)
    client.texts("hes got a knife help").ignores()
    with stage.line.database.read() as session:
        assert session.scalars(select(Escalation.level)).all() == ["emergency"]
    stage.phone("0191").hears("Urgent item").ignores()
    workers_ignore(stage)
    client.ignores()


def test_the_quiet_call_works_in_front_of_whoever_watches(client: Phone) -> None:
    stage = prepared(client)
    client.texts("STOP").ignores()
    stage.later(minutes=5)
    client.texts(DURESS)
    assert all_heard(client) == []
    stage.phone("0191").hears("Urgent item").ignores()
    with stage.line.database.read() as session:
        assert [one.is_silent for one in session.scalars(select(Escalation))] == [True]
        bodies = session.execute(
            select(Contact.data_key, Message.id, Message.body_sealed).join(
                Message, Message.contact_id == Contact.id
            )
        ).all()
    opened = [
        stage.line.vault.open(ref, f"message.body:{row_id}", sealed)
        for ref, row_id, sealed in bodies
        if sealed
    ]
    assert not any(DURESS in body for body in opened)
    workers_ignore(stage)


def test_a_stranger_and_a_known_phone_hear_the_same_to_who_is_this(client: Phone) -> None:
    stage, stranger = client.stage, client.stage.phone("0149")
    stage.later(hours=1)
    client.texts("who is this")
    stranger.texts("who is this")
    assert all_heard(client) == all_heard(stranger)
    change(stage, client, safe_to_text="no")
    client.texts("who is this?").hears("automatic reminder line").hears_nothing()


def test_whatever_is_guessed_about_the_line_is_met_with_the_same(client: Phone) -> None:
    for words in ("is this the counsellor", "are you from tungasuvvingat", "whats your name"):
        client.texts(words).hears("This is an automatic reminder line").hears_nothing()
        client.stage.later(minutes=31)  # too many alike within half an hour would be held


def test_a_phone_that_has_another_owner_is_started_nothing_with(client: Phone) -> None:
    for words in (
        "i just bought this phone",
        "mary doesnt have this phone",
        "this is my bfs phone",
    ):
        client.texts(words).hears("No more texts will start").hears_nothing()
        client.stage.later(minutes=31)
    assert [alert.kind for alert in alerts(client.stage)] == ["wrong_number"]
    client.texts("mine").hears("A person will read your text").hears_nothing()
    workers_ignore(client.stage)
