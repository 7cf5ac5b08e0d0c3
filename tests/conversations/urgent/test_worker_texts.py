"""What is kept of a worker's text, what each one is told, and what may reach the client of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.inbound import receive
from bot.opening import Inbound
from records.keystore import SYSTEM
from records.models import (
    AuditEntry,
    Contact,
    Conversation,
    Escalation,
    Message,
    Page,
    QueueItem,
    SafeHours,
)
from records.models.messages import Lane
from service.settings import SIMULATOR_NUMBER
from tests.conversations.urgent.cast import KNIFE, Cast


@pytest.fixture
def paged(cast: Cast) -> Cast:
    """An emergency has just been paged and everybody has read it."""
    cast.client.texts(KNIFE)
    cast.ignore()
    return cast


def test_a_workers_text_is_kept_sealed_as_a_workers(paged: Cast) -> None:
    line, now = paged.stage.line, paged.stage.line.now()
    sid = "SM" + "7" * 32
    receive(line, Inbound(sid, paged.on_call.number, SIMULATOR_NUMBER, "11", now, carrier=2))
    with line.database.read() as session:
        row = session.scalars(select(Message).where(Message.carrier_sid == sid)).one()
        assert line.vault.open(SYSTEM, f"message.body:{row.id}", row.body_sealed or b"") == "11"
    assert (row.staff_id, row.contact_id) == (paged.staff_id(paged.on_call), None)
    assert (row.direction, row.purpose, row.state) == ("inbound", "staff", "received")
    assert (row.carrier, row.created_at, row.final_at) == (2, now, now)
    assert paged.alert().state == "acknowledged"
    paged.stage.collect()
    paged.ignore()


def test_the_same_puzzled_answer_comes_five_times_an_hour_and_then_again(paged: Cast) -> None:
    for n in range(7):
        paged.on_call.texts(f"the weather is {'very ' * n}bad")
    paged.second.texts("what a day")
    assert len(paged.on_call.unread) == 5
    paged.second.hears("Only item numbers").hears_nothing()  # theirs are counted apart
    paged.on_call.ignores().texts("99").hears("not the number").hears_nothing()
    with paged.stage.line.database.write() as session:
        hour = paged.stage.line.now() - timedelta(hours=1)
        session.execute(update(Message).where(Message.text_id == "page.words").values(
            created_at=hour))  # fmt: skip
    paged.on_call.texts("still bad").hears("Only item numbers").hears_nothing()


def test_each_worker_who_texts_stop_is_an_alarm_even_when_it_is_found_late(paged: Cast) -> None:
    line, now = paged.stage.line, paged.stage.line.now()
    for n, phone in enumerate((paged.on_call, paged.second)):
        late = {"at": now - timedelta(hours=3), "is_late": True}
        receive(line, Inbound(f"SM{n:032}", phone.number, SIMULATOR_NUMBER, "STOP", **late))
    with line.database.read() as session:
        found = session.scalars(
            select(QueueItem).where(QueueItem.subject == "staff_phone_stopped")
        ).all()
    assert {(item.kind, item.level, item.opened_at) for item in found} == {("alarm", "urgent", now)}
    assert {item.dedupe_key for item in found} == {
        f"alarm:staff_phone_stopped:{paged.staff_id(phone)}"
        for phone in (paged.on_call, paged.second)
    }
    paged.stage.collect()
    paged.ignore()


def test_a_bare_yes_takes_what_this_worker_was_paged_about(paged: Cast) -> None:
    paged.supervisor.texts("yes").hears("not the number of an open item").hears_nothing()
    paged.second.texts("yes").hears("You have item 11").hears_nothing()
    paged.on_call.hears("taken")
    paged.on_call.texts("yes").hears("not the number of an open item").hears_nothing()


def test_a_bare_yes_with_two_pages_of_one_item_is_clear(paged: Cast) -> None:
    mine = select(Page.id).where(Page.staff_id == paged.staff_id(paged.on_call))
    with paged.stage.line.database.read() as session:
        assert len(session.scalars(mine).all()) == 2  # a text and a call
    paged.on_call.texts("ok").hears("You have item 11").hears_nothing()
    paged.second.hears("taken")


def test_who_has_it_already_is_told_so_again(paged: Cast) -> None:
    paged.on_call.texts("11").hears("You have item 11")
    paged.on_call.texts("11").hears("You have item 11").hears_nothing()
    assert paged.audited().count("acknowledged") == 1
    paged.second.ignores()


def test_letting_go_of_anothers_item_changes_nothing(paged: Cast) -> None:
    paged.on_call.texts("11").ignores()
    paged.second.ignores().texts("11 no").hears("not the number of an open item").hears_nothing()
    assert paged.alert().acknowledged_by == paged.staff_id(paged.on_call)


def test_a_reply_goes_out_as_the_workers_own_and_the_bot_falls_silent(paged: Cast) -> None:
    paged.on_call.texts("11: i am here").ignores()
    paged.client.hears("i am here").hears_nothing()
    on_call, line = paged.staff_id(paged.on_call), paged.stage.line
    alert = paged.alert()
    with line.database.read() as session:
        reply = session.scalars(select(Message).where(Message.answered_by_id.is_not(None))).one()
        talk = session.scalars(select(Conversation)).one()
        source = session.get_one(Message, alert.message_id)
    assert (reply.purpose, reply.lane, reply.answered_by_id) == ("staff_reply", Lane.REPLY, on_call)
    assert (reply.contact_id, reply.address_id) == (source.contact_id, source.address_id)
    assert (talk.handed_off_at, talk.handed_off_to) == (line.now(), on_call)
    assert paged.alert().human_at == line.now()
    assert ("answered", f"staff:{on_call}") in _acts(paged)
    paged.second.ignores()


def _acts(cast: Cast) -> list[tuple[str, str]]:
    with cast.stage.line.database.read() as session:
        return [(row.act, row.actor) for row in session.scalars(select(AuditEntry))]


def _contact(cast: Cast, **values: object) -> None:
    with cast.stage.line.database.write() as session:
        session.execute(update(Contact).values(**values))


def _alert(cast: Cast, **values: object) -> None:
    with cast.stage.line.database.write() as session:
        session.execute(update(Escalation).values(**values))


def test_after_the_safe_word_nothing_reaches_that_phone_however_it_is_asked(paged: Cast) -> None:
    _contact(paged, stopped_at=paged.stage.line.now())
    _alert(paged, is_silent=True)
    for words in ("11: are you there", "11!: are you there"):
        paged.on_call.texts(words)
        assert paged.on_call.unread.pop().startswith("Not sent: item 11 said the safe word")
        paged.on_call.ignores()
    paged.client.hears_nothing()
    assert paged.alert().human_at is None
    paged.second.ignores()


def test_a_quiet_item_asks_once_more_before_a_text_goes(paged: Cast) -> None:
    _alert(paged, is_silent=True)
    paged.on_call.texts("11: are you there").hears("You have item 11")
    paged.on_call.hears("it may not be safe to text item 11", "11!:").hears_nothing()
    paged.client.hears_nothing()
    paged.on_call.texts("11!: the shop has your order").hears_nothing()
    paged.client.hears("the shop has your order").hears_nothing()
    paged.second.ignores()


def test_a_phone_that_is_said_to_be_unsafe_is_asked_about_and_then_texted(paged: Cast) -> None:
    _alert(paged, is_silent=True)
    long_ago = paged.stage.line.now() - timedelta(days=2)
    _contact(paged, safe_to_text="no", last_inbound_at=long_ago)
    paged.on_call.texts("11: are you there").hears("You have item 11").hears("may not be safe")
    paged.client.hears_nothing()
    paged.on_call.texts("11!: the shop has your order").hears_nothing()
    paged.client.hears("the shop has your order").hears_nothing()
    with paged.stage.line.database.read() as session:
        found = select(Message.purpose).where(Message.answered_by_id.is_not(None))
        assert session.scalars(found).all() == ["staff_confirmed"]
    paged.second.ignores()


@pytest.mark.parametrize("is_safe", ["yes", "no"])
def test_in_an_open_emergency_a_persons_words_go_at_once_also_outside_the_clients_hours(
    paged: Cast, is_safe: str
) -> None:
    with paged.stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        contact.safe_to_text = is_safe
        evening = {"from_minute": 18 * 60, "until_minute": 20 * 60, "set_at": contact.created_at}
        session.add(SafeHours(contact_id=contact.id, **evening))
    paged.later(minutes=31)  # their last text is no question any more that this would answer
    paged.ignore()
    paged.on_call.texts("11: are you there").hears("You have item 11").hears_nothing()
    paged.client.hears("are you there").hears_nothing()
    paged.ignore()


def test_a_phone_that_cannot_be_texted_gets_nothing_and_the_worker_hears_so(paged: Cast) -> None:
    _alert(paged, cannot_text=True)
    paged.on_call.texts("11: are you there").hears("You have item 11")
    paged.on_call.hears("cannot be texted: call").hears_nothing()
    paged.client.hears_nothing()
    assert paged.alert().human_at is None
    paged.second.ignores()


def test_a_phone_that_said_stop_gets_nothing_and_the_worker_hears_so(paged: Cast) -> None:
    paged.client.texts("stop").hears_nothing()
    paged.on_call.ignores().texts("11: are you there").hears("You have item 11")
    paged.on_call.hears("cannot be texted: call").hears_nothing()
    paged.client.hears_nothing()
    paged.second.ignores()


def test_words_for_a_drill_reach_nobody(paged: Cast) -> None:
    _alert(paged, is_drill=True)
    paged.on_call.texts("11: are you there").ignores()
    paged.client.hears_nothing()
    with paged.stage.line.database.read() as session:
        answered = select(Message.id).where(Message.answered_by_id.is_not(None))
        assert session.scalars(answered).all() == []
    paged.second.ignores()


def test_done_for_an_item_that_another_has_closes_nothing_and_sends_no_code(paged: Cast) -> None:
    paged.second.texts("11").ignores()
    paged.on_call.ignores().texts("11 done").hears("already taken").hears_nothing()
    paged.second.hears_nothing()


def test_done_for_an_open_item_takes_it_and_asks_for_the_code(paged: Cast) -> None:
    paged.on_call.texts("11 done").hears("You have item 11")
    code = paged.on_call.unread[0].rsplit(" ", 1)[1]
    paged.on_call.hears("To close item 11 reply 11 done").hears_nothing()
    paged.on_call.texts(f"11 done {code}").hears("Item 11 is closed").hears_nothing()
    assert (paged.alert().state, paged.alert().resolved_by) == (
        "resolved",
        paged.staff_id(paged.on_call),
    )
    paged.second.ignores()


@pytest.mark.parametrize("number", ["0", "2", "11"])
def test_a_worker_in_need_who_texts_a_number_answers_as_a_client_only_with_a_digit(
    paged: Cast, number: str
) -> None:
    paged.second.texts("help me he has a knife").ignores()
    paged.ignore()
    mine = paged.alert()
    paged.second.texts(number)
    assert any("You have item 11" in said for said in paged.second.unread) == (number == "11")
    paged.ignore()
    assert (paged.alert().id, paged.alert().answer) == (mine.id, "no" if number == "2" else None)
