"""Somebody texts under a worker's number: nothing ends, nobody is kept from being paged for long,
and the worker's own phone hears of it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.escalation import codes
from records.models import AuditEntry, Escalation, Staff
from tests.conversations.urgent.cast import HELP, KNIFE, Cast
from tests.stage import Phone


@pytest.fixture
def paged(cast: Cast) -> Cast:
    """An emergency has just been paged and everybody has read it."""
    cast.client.texts(KNIFE)
    cast.ignore()
    return cast


def right_code(cast: Cast) -> str:
    return code_of(cast, cast.alert(), cast.on_call)


def code_of(cast: Cast, alert: Escalation, phone: Phone) -> str:
    staff = cast.staff(phone)
    with cast.stage.line.database.read() as session:
        return codes.code_of(session, cast.stage.line, alert, staff)


def wrong_code(cast: Cast) -> str:
    return "100" if right_code(cast) != "100" else "101"


def test_a_forger_closes_nothing_and_the_real_phone_hears_of_each_try(paged: Cast) -> None:
    paged.on_call.texts("11").texts("11 done").hears("You have item 11")
    paged.on_call.hears(f"To close item 11 reply 11 done {right_code(paged)}").hears_nothing()
    assert paged.alert().state == "acknowledged"
    paged.later(minutes=5)
    paged.second.hears("taken").hears("Urgent item 11")  # nothing was kept silent by it
    paged.ignore()


def test_a_code_is_of_one_item_and_one_worker(paged: Cast) -> None:
    first = paged.alert()
    paged.stage.phone("0142").texts(KNIFE).ignores()
    found = {
        code_of(paged, alert, phone)
        for alert in (first, paged.alert())
        for phone in (paged.on_call, paged.second)
    }
    assert len(found) == 4
    assert all(len(code) == 3 for code in found)
    paged.ignore()


def test_guessing_a_code_ends_soon_and_then_only_the_panel_closes(paged: Cast) -> None:
    paged.on_call.texts("11").ignores()
    for _ in range(codes.WRONG_MOST):
        paged.on_call.texts(f"11 done {wrong_code(paged)}").hears("To close item 11")
    paged.on_call.texts(f"11 done {right_code(paged)}").hears("Too many wrong codes", "panel")
    paged.on_call.hears_nothing()
    assert paged.alert().state == "acknowledged"
    assert paged.audited().count("wrong_code") == codes.WRONG_MOST
    paged.second.ignores()


def test_a_code_in_digits_of_another_script_is_a_wrong_one(paged: Cast) -> None:
    paged.on_call.texts("11").ignores().texts("11 done ٣٤٧")
    paged.on_call.hears("To close item 11").hears_nothing()
    assert (paged.alert().state, paged.alert().wrong_codes) == ("acknowledged", 1)
    paged.second.ignores()


@pytest.mark.parametrize("role", ["evaluator", "translator", "operator"])
def test_who_works_with_clients_no_more_takes_nothing_by_text(paged: Cast, role: str) -> None:
    with_another_role(paged, role)
    for words in ("11", "11: where are you now", "11 done", "yes"):
        paged.second.texts(words).hears("").hears_nothing()
        assert paged.alert().state == "open"
    paged.client.hears_nothing()
    assert "take_refused" in paged.audited()


def test_nor_by_a_key_when_their_phone_rings(paged: Cast) -> None:
    paged.later(minutes=5)
    paged.second.hears("Urgent item 11").hears("[call]")
    with_another_role(paged, "evaluator")
    assert paged.stage.network.press(paged.second.number, "1")
    paged.stage.rehearsal.settle()
    assert paged.alert().state == "open"
    paged.ignore()


def with_another_role(cast: Cast, role: str) -> None:
    """The second on call has just been given other work."""
    moved = cast.staff_id(cast.second)
    with cast.stage.line.database.write() as session:
        session.get_one(Staff, moved).role = role


def test_who_was_not_paged_about_it_takes_nothing_by_text(paged: Cast) -> None:
    for words in ("11", "11: come out now", "11 done", "yes"):
        paged.supervisor.texts(words).ignores()
        assert paged.alert().state == "open"
    paged.client.hears_nothing()
    paged.on_call.hears_nothing()
    paged.supervisor.texts("11").hears("not paged about item 11", "panel").hears_nothing()
    with paged.stage.line.database.read() as session:
        who = select(AuditEntry.actor).where(AuditEntry.act == "take_refused")
        tried = session.scalars(who).all()
    # Of "yes" no item could be meant.
    assert tried == [f"staff:{paged.staff_id(paged.supervisor)}"] * 4
    paged.later(minutes=10)
    paged.supervisor.hears("Urgent item 11")
    paged.ignore()
    paged.supervisor.texts("11").hears("You have item 11")
    paged.ignore()


def test_a_phone_that_no_page_reached_takes_nothing_by_text(cast: Cast) -> None:
    cast.stage.network.set_fault("reject", number=cast.second.number, code=30003)
    cast.answering(cast.second, "no-answer")
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.later(seconds=40)  # the call that followed the text rang out
    cast.second.texts("11")
    assert cast.alert().state == "open"
    cast.ignore()


def test_words_in_her_name_keep_nothing_silent_while_her_phone_is_off(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.stage.network.set_fault("accept_and_drop", number=cast.on_call.number)
    cast.on_call.texts("11: all is well")
    cast.client.hears("all is well")
    cast.second.hears("taken").hears_nothing()
    cast.later(minutes=5)
    cast.second.hears("Urgent item 11")
    assert cast.alert().state == "open"
    cast.ignore()


def test_each_item_taken_in_her_name_is_given_back_by_its_number_or_one_by_one(cast: Cast) -> None:
    for number in ("0141", "0142", "0143"):
        cast.stage.phone(number).texts(HELP).ignores()
    cast.on_call.ignores().texts("11").texts("12").texts("13").ignores()
    cast.on_call.texts("12 no").hears("Item 12 is open again")
    cast.on_call.ignores().texts("0").hears("Item 13 is open again")
    cast.on_call.ignores().texts("0").hears("Item 11 is open again")
    cast.on_call.ignores().texts("0").hears("not the number")
    with cast.stage.line.database.read() as session:
        assert {alert.state for alert in session.query(Escalation)} == {"open"}
    for number in ("0141", "0142", "0143"):
        cast.stage.phone(number).ignores()
    cast.ignore()


def test_a_code_from_before_a_new_cry_closes_nothing(paged: Cast) -> None:
    paged.on_call.texts("11").ignores().texts("11: are you safe now").ignores()
    paged.client.hears("are you safe now")
    paged.client.texts("yes he left")
    paged.later(seconds=70)
    paged.on_call.ignores().texts(f"11 done {right_code(paged)}".rsplit(" ", 1)[0])
    old = paged.on_call.unread.pop().rsplit(" ", 1)[1]
    paged.client.texts("hes back he has a gun").ignores()
    paged.on_call.texts(f"11 done {old}").hears("To close item 11")
    assert paged.alert().state == "acknowledged"
    paged.later(seconds=70)
    paged.on_call.hears("More has come in")
    paged.ignore()
    paged.on_call.texts(f"11 done {right_code(paged)}").hears("Item 11 is closed")
    paged.ignore()


def test_a_code_from_before_takes_no_item_that_was_opened_again(paged: Cast) -> None:
    paged.on_call.texts("11").ignores()
    old = right_code(paged)
    paged.on_call.texts("11 no").ignores()
    paged.client.texts("he is kicking the door in, he has a gun").ignores()
    paged.on_call.texts(f"11 done {old}").hears("To close item 11")
    assert paged.alert().state == "open"
    paged.ignore()
