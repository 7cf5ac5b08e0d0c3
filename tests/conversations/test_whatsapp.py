"""A client on WhatsApp: the same line, its window of a day, and never a text by another way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.line import Line
from bot.outbox.codes import meaning
from records.database import Database
from records.models import Address, Contact, Message, OptOut, QueueItem
from service.rehearsal import stage_config
from tests.admin.desk import Desk
from tests.stage import Phone, Stage


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database=database)


@pytest.fixture
def phone(stage: Stage) -> Phone:
    return stage.whatsapp("0141").texts("hello").ignores()


def rows(stage: Stage) -> list[Message]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def held(line: Line) -> list[tuple[str, str | None]]:
    with line.database.read() as session:
        found = session.scalars(
            select(QueueItem)
            .where(QueueItem.kind == "held", QueueItem.resolved_at.is_(None))
            .order_by(QueueItem.id)
        )
        return [(row.level, row.subject) for row in found]


def test_a_text_is_answered_where_it_was_written_and_nowhere_else(stage: Stage) -> None:
    phone, sms = stage.whatsapp("0141"), stage.phone("0141")
    phone.texts("when is the circle").hears("circle").ignores()
    sms.hears_nothing()
    with stage.line.database.read() as session:
        [address] = session.scalars(select(Address))
    assert address.channel == "whatsapp"
    assert {row.channel for row in rows(stage)} == {"whatsapp"}
    accepted = [one for one in stage.network.ledger() if one.kind == "message"]
    assert {one.from_number for one in accepted} == {"whatsapp:+16135550100"}
    assert {one.to_number for one in accepted} == {"whatsapp:+16135550141"}


def test_the_same_number_by_text_and_on_whatsapp_are_two_records_until_a_person_joins_them(
    stage: Stage, phone: Phone
) -> None:
    sms = stage.phone("0141").texts("hello")
    sms.hears("Hi").ignores()
    phone.hears_nothing()
    with stage.line.database.read() as session:
        assert len(session.scalars(select(Contact)).all()) == 2


def test_urgent_words_page_and_are_answered_on_whatsapp(stage: Stage, phone: Phone) -> None:
    phone.texts("he is going to kill me tonight").hears("911").ignores()
    stage.phone("0191").hears("urgent").ignores()
    stage.phone("0141").hears_nothing()


def test_stop_closes_whatsapp_alone_and_start_asks_first(stage: Stage, phone: Phone) -> None:
    sms = stage.phone("0141").texts("hello").ignores()
    phone.texts("STOP").hears_nothing()
    phone.texts("when is the circle").hears_nothing()
    sms.texts("when is the circle").hears("circle").ignores()
    with stage.line.database.read() as session:
        assert [row.channel for row in session.scalars(select(OptOut))] == ["whatsapp"]
    phone.texts("START").hears("1 yes").texts("1").hears("").ignores()
    phone.texts("when is the circle").hears("circle").ignores()
    sms.hears_nothing()


def answer(stage: Stage, words: str) -> None:
    """A worker writes from the panel, and confirms whatever they are asked."""
    desk = Desk(stage).sign_in_as("caseworker")
    thread, fields = desk.thread(), {"words": words, "seen": desk.seen()}
    desk.send(f"{thread}/reply", **fields, confirmed="silent", words_ok="1")


def test_a_worker_answers_within_a_day(stage: Stage, phone: Phone) -> None:
    stage.later(minutes=10)
    answer(stage, "I am here now")
    stage.rehearsal.settle()
    stage.collect()
    phone.hears("I am here now").hears_nothing()
    stage.phone("0141").hears_nothing()


def test_after_a_day_nothing_goes_not_by_text_either_and_a_person_sees_it(
    stage: Stage, phone: Phone
) -> None:
    line = stage.line
    stage.later(hours=23, minutes=58)
    with line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        address = session.scalars(select(Address)).one()
        _write(session, line, contact, address, "inside")
    stage.later(seconds=30)
    phone.hears("inside")
    stage.later(minutes=2)
    with line.database.write() as session:
        _write(session, line, session.get_one(Contact, contact.id), address, "outside")
    stage.later(days=2)
    phone.hears_nothing()
    stage.phone("0141").hears_nothing()
    assert held(line) == [("routine", "whatsapp_window")]
    last = next(row for row in reversed(rows(stage)) if row.answered_by_id)
    assert (last.state, last.reason) == ("held", "whatsapp_window")
    desk = Desk(stage).sign_in_as("caseworker")
    page = desk.read(desk.thread())
    assert "On WhatsApp" in page and "takes nothing until the client writes there again" in page
    assert "more than a day since the client wrote there" in page and 'id="words"' not in page


def _write(session, line, contact, address, words):  # type: ignore[no-untyped-def]
    from bot import outbox
    from records.models.messages import Lane

    contact.safe_to_text = "yes"
    outbox.enqueue(
        session, line, contact=contact, address_id=address.id, body=words,
        purpose="staff_confirmed", lane=Lane.REPLY, now=line.now(), answered_by_id=7,
    )  # fmt: skip


def test_their_next_word_opens_the_window_again(stage: Stage, phone: Phone) -> None:
    stage.later(days=3)
    phone.ignores()
    phone.texts("when is the circle").hears("circle").ignores()
    assert held(stage.line) == []


def test_a_text_by_sms_opens_no_window_on_whatsapp(stage: Stage, phone: Phone) -> None:
    stage.later(days=2)
    phone.ignores()
    stage.phone("0141").texts("hello").ignores()
    with stage.line.database.write() as session:
        address = session.scalars(select(Address).where(Address.channel == "whatsapp")).one()
        _write(session, stage.line, session.get_one(Contact, address.contact_id), address, "no")
    stage.later(minutes=1)
    phone.hears_nothing()
    assert held(stage.line) == [("routine", "whatsapp_window")]


def test_without_a_number_there_nothing_is_tried_and_a_person_reads_it(database: Database) -> None:
    stage = Stage(database=database, config=replace(stage_config(), whatsapp_from=None))
    stage.whatsapp("0141").texts("hello").hears_nothing()
    assert held(stage.line) == [("routine", "whatsapp_off")]
    assert [one for one in stage.network.ledger() if one.kind == "message"] == []


def test_the_carriers_own_word_for_it_is_final_and_named(stage: Stage, phone: Phone) -> None:
    assert meaning("63016").reason == "whatsapp_window" and meaning("63016").permanent
    assert meaning("63007").account_wide and meaning("21910").account_wide
    assert not meaning("63012").permanent
    stage.network.set_fault("reject", code=63016)
    phone.texts("when is the circle").hears_nothing()
    stage.later(minutes=1)
    phone.hears_nothing()
    stage.phone("0141").hears_nothing()
    refused = [row for row in rows(stage) if row.error_code == "63016"]
    assert refused and {row.state for row in refused} <= {"failed", "undelivered"}


def test_a_text_that_no_webhook_brought_is_found_as_what_it_is(stage: Stage, phone: Phone) -> None:
    stage.network.set_fault("webhook_down", count=20)
    phone.texts("are you there")
    stage.later(minutes=5)
    phone.ignores()
    late = [row for row in rows(stage) if row.is_late]
    assert [row.channel for row in late] == ["whatsapp"]
    with stage.line.database.read() as session:
        assert len(session.scalars(select(Contact)).all()) == 1


def test_a_picture_comes_by_whatsapp_as_by_text(database: Database) -> None:
    config = replace(stage_config(), keep_pictures=True)
    stage = Stage(database=database, config=config)
    phone = stage.whatsapp("0141").texts("hello").ignores()
    phone.texts("", media=1).hears("A person will look").hears_nothing()


def test_a_worker_finds_a_client_by_their_number_on_whatsapp(stage: Stage, phone: Phone) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    assert desk.client_id() in desk.send("/admin/clients/find", who="613-555-0141").text
    stage.phone("0141").texts("hello").ignores()
    page = desk.send("/admin/clients/find", who="613-555-0141").text
    assert desk.client_id(0) in page and desk.client_id(1) in page
    phone.hears_nothing()
