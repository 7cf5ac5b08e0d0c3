"""A worker takes an item by text or by key, answers the client through it, and lets go of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from records.models import Acknowledgement, Message, Staff
from service.rehearsal import stage_config
from tests.conversations.urgent.cast import KNIFE, QUESTION, Cast
from tests.stage import Stage


@pytest.fixture
def paged(cast: Cast) -> Cast:
    """An emergency has just been paged and everybody has read it."""
    cast.client.texts(KNIFE)
    cast.ignore()
    return cast


@pytest.mark.parametrize(
    "words",
    ["11", " 11 ", '"11"', "#11", "11.", "11 ok", "ok 11", "OK11", "11ok", "take 11", "11 take",
     "item 11", "Urgent item 11", "11 yes", "yes 11", "ii 11", "11 ii", "ᐄ 11", "11 oui",
     "11 got it", "i have 11", "11!", "“11”", "11 i'll take it"],
)  # fmt: skip
def test_an_item_is_taken_in_many_ways(paged: Cast, words: str) -> None:
    paged.on_call.texts(words).hears("You have item 11", "Not you? Reply 0").hears_nothing()
    paged.second.hears("11", "taken").hears_nothing()
    assert paged.alert().state == "acknowledged"


@pytest.mark.parametrize("words", ["ok", "yes", "Y", "ii", "oui", "1", "👍"])
def test_a_bare_yes_takes_the_only_item(paged: Cast, words: str) -> None:
    paged.on_call.texts(words).hears("You have item 11")
    paged.second.ignores()


def test_a_bare_yes_with_two_items_asks_which(paged: Cast) -> None:
    paged.stage.phone("0142").texts(KNIFE).ignores()
    paged.ignore()
    paged.on_call.texts("yes").hears("More than one item").hears_nothing()
    paged.on_call.texts("12").hears("You have item 12")
    assert (paged.alert().number, paged.alert().state) == (12, "acknowledged")
    paged.ignore()


@pytest.mark.parametrize("words", ["99", "12", "99 ok", "take 99", "011x", "113"])
def test_an_unknown_number_takes_nothing(paged: Cast, words: str) -> None:
    paged.on_call.texts(words).hears("not the number of an open item").hears_nothing()
    assert paged.alert().state == "open"


@pytest.mark.parametrize("words", ["11 no", "11 cant at hospital", "11 who is it", "no", "not 11"])
def test_a_refusal_takes_nothing(paged: Cast, words: str) -> None:
    paged.on_call.texts(words).ignores()
    assert paged.alert().state == "open"
    paged.client.hears_nothing()


def test_the_first_has_it_and_the_other_hears_so(paged: Cast) -> None:
    paged.second.texts("11").hears("You have item 11")
    paged.on_call.hears("Item 11 is already taken. The second person on call has it.")
    paged.on_call.hears_nothing()
    paged.on_call.texts("11").hears("Item 11 is already taken").hears_nothing()
    paged.second.hears_nothing()
    with paged.stage.line.database.read() as session:
        assert len(session.scalars(select(Acknowledgement)).all()) == 1


def test_not_you_reply_0_resumes_the_ladder(paged: Cast) -> None:
    paged.on_call.texts("11").ignores()
    paged.ignore()
    paged.on_call.texts("0").hears("Item 11 is open again")
    assert paged.alert().state == "open"
    paged.later(minutes=2)
    paged.on_call.hears("Urgent item 11")
    paged.ignore()


@pytest.mark.parametrize("words", ["not me", "Not me!", "no not me", "0.", "11 no", "11 not me"])
def test_not_me_is_zero(paged: Cast, words: str) -> None:
    paged.on_call.texts("11").ignores()
    paged.on_call.texts(words).hears("open again")
    paged.client.hears_nothing()
    paged.ignore()


def test_zero_of_someone_who_has_nothing_changes_nothing(paged: Cast) -> None:
    paged.second.texts("11").ignores()
    paged.on_call.ignores().texts("0").hears("not the number")
    assert paged.alert().state == "acknowledged"


def test_a_worker_answers_the_client_from_the_lines_own_number(paged: Cast) -> None:
    paged.on_call.texts("11").ignores()
    paged.on_call.texts("11: Hi, I read your text. Can you get to a neighbour?")
    paged.client.hears("Hi, I read your text. Can you get to a neighbour?").hears_nothing()
    heard = paged.stage.network.inbox(paged.client.number)[-1]
    assert heard.line == paged.stage.line.config.sender
    with paged.stage.line.database.read() as session:
        reply = session.scalars(select(Message).where(Message.purpose == "staff_reply")).one()
        assert reply.answered_by_id is not None
    paged.client.texts("yes going there now").hears_nothing()
    paged.on_call.texts("11: good, stay there").hears_nothing()
    paged.client.hears("good, stay there")
    paged.later(minutes=1)
    paged.on_call.hears("More has come in on item 11").hears_nothing()
    paged.second.ignores()


@pytest.mark.parametrize(
    "words",
    [
        "11 she said shes ok",
        "11 done, he hit her but she is safe",
        "11 calling her now",
        "11 she has no phone",
    ],
)
def test_words_without_a_colon_go_to_nobodys_phone(paged: Cast, words: str) -> None:
    paged.on_call.texts("11").ignores()
    paged.on_call.texts(words).hears("Not sent", "11:", "11 done").hears_nothing()
    paged.client.hears_nothing()
    assert paged.alert().state == "acknowledged"
    paged.second.ignores()


@pytest.mark.parametrize("words", ["im sick", "cant do nights this week sorry", "who is on"])
def test_what_is_no_number_is_not_mistaken_for_one_and_says_whom_to_call(
    cast: Cast, words: str
) -> None:
    cast.on_call.texts(words).hears("Only item numbers", "call a supervisor").hears_nothing()


def test_a_yes_that_fits_two_items_is_asked_back_however_much_was_said_before(paged: Cast) -> None:
    for words in ("hm", "whats this", "hello", "well", "sorry", "oh dear"):
        paged.on_call.texts(words).ignores()
    paged.stage.phone("0142").texts("he is hitting me").ignores()
    paged.on_call.ignores().texts("got it").hears("More than one item is open").hears_nothing()
    paged.ignore()


def test_words_with_a_colon_take_an_open_item_and_are_sent(paged: Cast) -> None:
    paged.on_call.texts("11: on my way to read this").hears("You have item 11")
    paged.client.hears("on my way to read this")
    paged.second.ignores()


def test_words_of_someone_who_has_not_taken_it_are_not_sent(paged: Cast) -> None:
    paged.on_call.texts("11 tell her to wait").hears("Not sent", "11")
    paged.client.hears_nothing()
    paged.second.texts("11").ignores()
    paged.on_call.ignores().texts("11: hello").hears("already taken")
    paged.client.hears_nothing()


def test_done_closes_and_the_bot_speaks_again(paged: Cast) -> None:
    paged.on_call.texts("11").texts("11: hello").ignores()
    paged.client.ignores()
    paged.closes(paged.on_call)
    paged.on_call.hears("Item 11 is closed")
    assert (paged.alert().state, paged.alert().outcome) == ("resolved", "by_text")
    paged.client.texts("when is the circle").hears("Wed").ignores()
    paged.on_call.texts("11").hears("not the number")
    paged.second.ignores()


def test_someone_else_cannot_close_it(paged: Cast) -> None:
    paged.second.texts("11").ignores()
    paged.on_call.ignores().texts("done 11").hears("already taken").hears_nothing()
    assert paged.alert().state == "acknowledged"


def test_a_pressed_key_takes_it_and_is_told_after_it_is_kept(cast: Cast) -> None:
    cast.answering(cast.on_call, "asks")
    cast.client.texts(KNIFE).ignores()
    cast.stage.network.answer(cast.on_call.number)
    cast.stage.rehearsal.settle()
    cast.stage.network.press(cast.on_call.number, "1")
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    cast.on_call.hears("Urgent item 11").hears("[call]", "Press 1")
    cast.on_call.hears("[call] You have item 11").hears("Not you? Reply 0")
    cast.second.hears("Urgent item 11").hears("taken")
    assert cast.alert().state == "acknowledged"


def test_a_key_that_could_not_be_kept_is_not_thanked_for(cast_on_each: Cast) -> None:
    cast = cast_on_each
    cast.answering(cast.on_call, "asks")
    cast.client.texts(KNIFE).ignores()
    cast.stage.network.answer(cast.on_call.number)
    cast.stage.rehearsal.settle()
    cast.ignore()
    # The stage's own client would pass the error on; a real server answers 500.
    cast.stage.rehearsal.app.config["PROPAGATE_EXCEPTIONS"] = False

    def full_disk(session: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("no space left"))

    cast.stage.network.press(cast.on_call.number, "1")
    event.listen(Session, "before_commit", full_disk)
    try:
        cast.stage.network.run_due(cast.stage.line.now())
    finally:
        event.remove(Session, "before_commit", full_disk)
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    assert not any("You have item" in said for said in cast.on_call.unread)
    cast.second.hears_nothing()
    assert cast.alert().state == "open"
    cast.on_call.ignores()
    cast.later(minutes=2)
    cast.on_call.hears("Urgent item 11")
    cast.ignore()


def test_another_key_takes_nothing(cast: Cast) -> None:
    cast.answering(cast.on_call, "asks")
    cast.client.texts(KNIFE).ignores()
    cast.stage.network.answer(cast.on_call.number)
    cast.stage.rehearsal.settle()
    cast.stage.network.press(cast.on_call.number, "7")
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    assert cast.alert().state == "open"
    cast.ignore()


def test_a_call_picked_up_too_late_says_that_it_is_taken(cast: Cast) -> None:
    cast.answering(cast.on_call, "asks")
    cast.client.texts(KNIFE).ignores()
    cast.second.ignores().texts("11").ignores()
    cast.stage.network.answer(cast.on_call.number)
    cast.stage.rehearsal.settle()
    cast.stage.collect()
    assert any("[call] Item 11 is already taken" in text for text in cast.on_call.unread)
    cast.on_call.ignores()


def test_an_answering_machine_takes_nothing(cast: Cast) -> None:
    cast.answering(cast.on_call, "machine")
    cast.client.texts(KNIFE).ignores()
    cast.on_call.hears("Urgent item 11").hears_nothing()
    assert cast.alert().state == "open"
    cast.second.ignores()


def test_a_robot_that_answers_for_ever_is_left_alone(paged: Cast) -> None:
    for n in range(9):
        paged.on_call.texts(f"I am driving right now {n}")
    assert len(paged.on_call.unread) == 5
    paged.on_call.ignores()


def test_a_worker_who_texts_stop_is_an_alarm(paged: Cast) -> None:
    paged.second.texts("STOP")
    assert "staff_phone_stopped" in paged.alarms()
    paged.later(minutes=1)
    paged.ignore()


def test_pages_and_calls_come_from_their_own_number_and_answers_to_it_are_heard() -> None:
    own = "+16135550199"
    stage = Stage(config=replace(stage_config(), page_from=own))
    ann, bob = stage.phone("0141"), stage.phone("0191")
    ann.texts(KNIFE).hears(QUESTION).hears_nothing()
    bob.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    stage.phone("0192").hears("Urgent item 11").hears_nothing()
    bob.texts("11").hears("You have item 11").hears_nothing()
    stage.phone("0192").hears("taken").hears_nothing()
    bob.texts("11: I read this").hears_nothing()
    ann.hears("I read this").hears_nothing()

    def came_from(number: str) -> set[tuple[str, str]]:
        heard = stage.network.thread(number)
        return {(item.kind, item.line) for item in heard if item.kind != "sent"}

    assert came_from(bob.number) == {("text", own), ("call", own)}
    assert came_from(ann.number) == {("text", stage.line.config.sender)}


@pytest.mark.parametrize("words", ["0", "11 no", "no 11"])
def test_who_gives_an_item_back_is_not_the_only_one_paged(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11")
    cast.ignore()
    cast.later(seconds=70)
    cast.ignore()
    cast.on_call.texts(words).hears("Others are being paged")
    cast.second.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    cast.ignore()


def test_a_worker_in_danger_is_answered_as_anybody_and_takes_nothing_with_their_answer(
    cast: Cast,
) -> None:
    assert QUESTION in " ".join(cast.on_call.texts("help me he has a knife").unread)
    cast.later(seconds=70)
    cast.ignore()
    for words in ("hes outside", "yes", "2"):
        cast.on_call.texts(words)
        assert not any("You have item" in said for said in cast.on_call.unread)
        assert not any("item numbers" in said for said in cast.on_call.unread)
        cast.ignore()
    assert (cast.alert().state, cast.alert().answer) == ("open", "no")


def test_who_was_let_go_while_their_phone_rings_takes_nothing(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    left = cast.staff_id(cast.on_call)
    with cast.stage.line.database.write() as session:
        session.get_one(Staff, left).is_active = False
    assert cast.stage.network.press(cast.on_call.number, "1")
    assert cast.alert().state == "open"
    cast.later(minutes=2)
    cast.ignore()


def test_a_cry_that_begins_with_an_items_number_is_one(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.second.texts("11 men outside my door with a knife help")
    assert QUESTION in " ".join(cast.second.unread)
    cast.ignore()
    assert cast.alert().number == 12


@pytest.mark.parametrize("words", ["911", "112", "911 now", "please 911 now"])
def test_a_worker_who_needs_911_is_heard_as_anybody(cast: Cast, words: str) -> None:
    cast.second.texts(words)
    assert QUESTION in " ".join(cast.second.unread)
    assert cast.alert().number == 11
    cast.ignore()


@pytest.mark.parametrize("words", ["11 taken?", "taken 11?", "11 got it?"])
def test_who_asks_whether_an_item_is_taken_does_not_take_it(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.second.texts(words).ignores()
    assert cast.alert().state == "open"
    cast.ignore()
