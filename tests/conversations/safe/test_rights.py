"""What a client asks about their own data, by text: general words, and people who carry it out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import rights
from bot.people import locked
from records.errors import ErasedError
from records.models import Contact, Erasure, Escalation, Message, OptOut, QueueItem
from tests.conversations.safe.conftest import change, contact_of, items, plan, state
from tests.conversations.safe.test_own_words import CODE, give_words, workers_ignore
from tests.stage import Phone, Stage

OFFER = "KEEP ME undoes it"


def confirm(stage: Stage, phone: Phone) -> None:
    """A worker has spoken with the client."""
    contact_id = contact_of(stage, phone).id
    with stage.line.database.write() as session:
        rights.confirm(session, locked(session, contact_id), 7, "voice", stage.line.now())


def wish(stage: Stage) -> Erasure:
    with stage.line.database.read() as session:
        return session.scalars(select(Erasure)).one()


@pytest.mark.parametrize("words", ["what do you keep on me", "My data?", "privacy"])
def test_what_is_kept_is_said_in_general_words(client: Phone, words: str) -> None:
    client.texts(words).hears("90 days", "locked").hears("MY COPY", "ERASE ME", "complain")
    client.hears_nothing()
    assert items(client.stage) == []


@pytest.mark.parametrize("words", ["who reads this", "is this confidential?"])
def test_who_reads_promises_no_secrecy(client: Phone, words: str) -> None:
    client.texts(words).hears("machine", "people on duty").hears("not if a life or a child")
    client.hears_nothing()


def test_a_copy_is_a_task_for_a_person_and_nothing_said_before_goes_by_text(client: Phone) -> None:
    client.texts("zebra pyjamas are my secret").ignores().stage.later(seconds=10)
    client.texts("my copy").hears("by voice or in person", "Never by text").hears_nothing()
    client.stage.later(days=3)
    assert ("wants_copy", "routine") in items(client.stage)


def test_erase_me_stops_what_the_line_starts_at_once(client: Phone) -> None:
    client.texts("erase me").hears("7 days", OFFER).hears_nothing()
    assert state(client.stage, plan(client.stage, client, "How are you?")) == ("held", "erasing")
    assert state(client.stage, plan(client.stage, client, "A date", "reminder"))[1] == "erasing"
    assert ("wants_erasure", "urgent") in items(client.stage)
    client.stage.later(days=30)  # nobody spoke with them: nothing is erased
    assert contact_of(client.stage, client).erased_at is None
    client.hears_nothing()


def test_an_answer_and_a_cry_for_help_still_work_after_it(client: Phone) -> None:
    client.texts("erase me").ignores().stage.later(seconds=10)
    client.texts("menu").hears("1").hears_nothing()
    client.stage.later(seconds=10)
    client.texts("he is beating me").hears("911")
    client.ignores()
    workers_ignore(client.stage)


def test_with_a_code_word_nobody_else_can_ask_for_it(client: Phone) -> None:
    give_words(client)
    client.stage.later(minutes=20)
    client.texts("erase me").hears("Text your word first").hears_nothing()
    client.texts("guess").hears("automatic reminder line").hears_nothing()
    assert contact_of(client.stage, client).erase_asked_at is None
    client.stage.later(minutes=1)
    client.texts("erase me").hears("Text your word first")
    client.texts(CODE).hears(OFFER).hears_nothing()
    assert contact_of(client.stage, client).erase_asked_at is not None


def test_the_client_undoes_it_by_text_until_the_last_day(client: Phone) -> None:
    client.texts("erase me").ignores()
    confirm(client.stage, client)
    client.stage.later(days=6, hours=23)
    client.texts("keep me").hears("OK").hears_nothing()
    client.stage.later(days=2)
    assert (wish(client.stage).outcome, contact_of(client.stage, client).erased_at) == (
        "undone",
        None,
    )
    client.texts("circle").hears("circle").ignores()


def test_after_seven_days_the_key_is_gone_and_the_wish_not_to_be_texted_stays(
    client: Phone,
) -> None:
    stage = client.stage
    client.texts("my aunt sewed zebra pyjamas").ignores()
    before = contact_of(stage, client)
    client.texts("erase me").ignores()
    confirm(stage, client)
    stage.later(days=7, minutes=2)
    with stage.line.database.read() as session:
        contact = session.get_one(Contact, before.id)
        bodies = session.scalars(select(Message.body_sealed).where(Message.contact_id == before.id))
        assert contact.erased_at is not None and set(bodies) == {None}
        stone = session.scalars(select(OptOut)).one()
        left = session.scalars(
            select(QueueItem.kind).where(
                QueueItem.contact_id == before.id, QueueItem.resolved_at.is_(None)
            )
        ).all()
    assert (stone.closed_by, stone.contact_id, stone.reopened_at) == ("erased", None, None)
    assert left == [] and wish(stage).outcome == "done"
    with pytest.raises(ErasedError):
        stage.line.vault.keys.key(before.data_key)
    assert not any("zebra" in one.body for one in stage.network.messages)
    client.hears_nothing()


def test_who_texts_later_from_that_number_is_a_stranger_and_still_heard(client: Phone) -> None:
    stage = client.stage
    before = contact_of(stage, client)
    client.texts("erase me").ignores()
    confirm(stage, client)
    stage.later(days=8)
    client.texts("circle").hears_nothing()  # the ledger is closed until they say START
    after = contact_of(stage, client)
    assert after.id != before.id
    client.texts("he is beating me").hears("911").ignores()
    workers_ignore(stage)


@pytest.mark.parametrize("why", ["hold", "urgent", "timer"])
def test_a_hold_an_open_urgent_item_or_a_timer_delays_it_and_staff_are_told(
    client: Phone, why: str
) -> None:
    stage = client.stage
    client.texts("erase me").ignores()
    confirm(stage, client)
    stage.later(days=6, hours=23, minutes=50)
    if why == "hold":
        change(stage, client, legal_hold_at=stage.line.now())
    elif why == "urgent":
        client.texts("he is beating me").ignores()
    else:
        for words in ("SAFE 4h", "4821", "0"):
            client.texts(words).ignores()
            stage.later(seconds=10)
    stage.later(minutes=11)
    assert (wish(stage).delayed, wish(stage).outcome) == (why, None)
    assert "erasure_delayed" in [kind for kind, _ in items(stage)]
    _clear(stage, client, why)
    stage.later(hours=1)
    assert wish(stage).outcome == "done"
    client.ignores()
    workers_ignore(stage)


def _clear(stage: Stage, client: Phone, why: str) -> None:
    if why == "hold":
        change(stage, client, legal_hold_at=None)
    elif why == "timer":
        client.texts("4821").ignores()
    else:
        with stage.line.database.write() as session:
            for alert in session.scalars(select(Escalation)):
                alert.state = "resolved"


def test_stopped_half_way_it_is_finished_at_the_next_look(
    client: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = client.stage
    before = contact_of(stage, client)
    client.texts("erase me").ignores()
    confirm(stage, client)

    def dies(ref: str) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(stage.line.vault.keys, "destroy", dies)
        from bot import erase

        with pytest.raises(OSError, match="killed"):
            erase.run(stage.line, before.id, stage.line.now() + timedelta(days=8))
    stage.later(days=8)
    assert wish(stage).outcome == "done"
    with pytest.raises(ErasedError):
        stage.line.vault.keys.key(before.data_key)
