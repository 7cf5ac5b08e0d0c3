"""How are you? Asked when it was agreed, answered by digit or words, and never a stream."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.checkins import moods, sending
from records.database import Database
from records.models import QueueItem
from service.rehearsal import ZONE
from tests.conversations.check_ins import HOW, MONDAY, SECOND, Asked, at

TUESDAY = date(2026, 12, 1)


@pytest.fixture
def asked(database: Database) -> Iterator[Asked]:
    """Whoever is left with an unread text fails the test."""
    made = Asked(database)
    yield made
    made.stage.close()


@pytest.fixture
def waiting(asked: Asked) -> Asked:
    """Monday at one: the first check-in has just come."""
    asked.agree()
    asked.stage.at(at(MONDAY, 12, 59))
    asked.client.hears_nothing()
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears(HOW).hears_nothing()
    return asked


def next_week(asked: Asked) -> None:
    asked.stage.at(at(MONDAY + timedelta(days=7), 13, 1))


@pytest.mark.parametrize("words", ["1", "ok", "im good", "All good!", "🙂"])
def test_ok_is_answered_kindly_and_asked_again_in_a_week(waiting: Asked, words: str) -> None:
    waiting.client.texts(words).hears("Good to hear").hears_nothing()
    assert waiting.items() == [] and waiting.alerts() == []
    waiting.stage.at(at(MONDAY + timedelta(days=7), 12, 59))
    waiting.client.hears_nothing()
    next_week(waiting)
    waiting.client.hears(HOW).hears_nothing()
    assert waiting.rows() == [("answered", "ok"), ("sent", None)]


@pytest.mark.parametrize(
    "words", ["3", "not ok", "im not good", "👎", "3 not ok", "3. please call"]
)
def test_not_ok_asks_one_question_and_pages_who_is_on_call(waiting: Asked, words: str) -> None:
    waiting.client.texts(words)
    waiting.client.hears("Are you safe right now? 1 yes 2 no", "being told now").hears_nothing()
    waiting.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    assert waiting.alerts() == [("urgent", "not_ok")] and waiting.items() == ["urgent"]
    assert waiting.rows() == [("answered", "not_ok")]
    waiting.client.texts("1").hears("A person still sees this").hears_nothing()


def test_not_ok_goes_to_the_clients_own_worker_in_the_daytime(asked: Asked) -> None:
    asked.agree(agreed_by=asked.worker(asked.second))
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears(HOW).texts("not ok").hears("A person who knows you is being told now")
    asked.second.hears("Urgent item 11").hears("[call]").hears_nothing()
    asked.on_call.hears_nothing()
    asked.stage.later(minutes=16)
    asked.on_call.hears("Urgent item 11")
    for phone in (asked.client, asked.second, asked.on_call, asked.supervisor):
        phone.ignores()


@pytest.mark.parametrize("words", ["3", "not ok", "3 not ok"])
def test_not_ok_in_the_evening_goes_to_who_is_on_call(asked: Asked, words: str) -> None:
    asked.agree(agreed_by=asked.worker(asked.second), at_minute=18 * 60)
    asked.stage.at(at(MONDAY, 18))
    asked.client.hears(HOW).texts(words).hears("The person on call is being told now")
    asked.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()
    asked.second.hears_nothing()
    asked.client.hears_nothing()


def test_in_an_emergency_whoever_is_on_call_is_rung_beside_the_clients_own_worker(
    asked: Asked,
) -> None:
    asked.agree(agreed_by=asked.worker(asked.supervisor))
    asked.stage.at(at(MONDAY, 15))
    asked.client.texts("3").ignores()
    for phone in (asked.on_call, asked.second, asked.supervisor):
        phone.ignores()
    asked.client.texts("theres a man with a knife outside my door").ignores()
    for phone in (asked.on_call, asked.supervisor):
        assert any(text.startswith("[call]") for text in phone.unread)
    assert any("Urgent item" in text for text in asked.second.unread)
    for phone in (asked.on_call, asked.second, asked.supervisor):
        phone.ignores()


def test_danger_in_the_words_of_an_answer_is_an_emergency_first(waiting: Asked) -> None:
    waiting.client.texts("not ok he has a knife and he is outside my door")
    waiting.client.hears("911", "Are you safe right now?").hears_nothing()
    assert waiting.alerts() == [("emergency", "violence")]
    waiting.on_call.ignores()
    waiting.second.ignores()
    assert waiting.rows() == [("sent", None)]


def test_where_somebody_watches_not_ok_is_answered_with_one_plain_word(waiting: Asked) -> None:
    waiting.change(is_watched=True)
    waiting.client.texts("3").hears("OK. Text MENU any time.").hears_nothing()
    waiting.on_call.hears("Urgent item 11").hears("[call]").hears_nothing()


def test_not_ok_while_a_quiet_item_is_open_makes_that_one_graver(waiting: Asked) -> None:
    waiting.change(is_watched=True)
    waiting.client.texts("i want out of this life").hears("OK. Text MENU any time.")
    waiting.on_call.ignores().texts("11").ignores()
    waiting.client.texts("3").hears("OK. Text MENU any time.").hears_nothing()
    assert waiting.alerts() == [("urgent", "not_ok")]
    assert waiting.rows() == [("answered", "not_ok")]
    waiting.on_call.hears("[call]", "item 11").ignores()
    waiting.client.texts("he has a knife").hears("OK. Text MENU any time.").hears_nothing()
    assert waiting.alerts() == [("emergency", "violence")]
    waiting.on_call.ignores()
    waiting.second.ignores()


def test_so_so_once_is_noted_and_twice_running_goes_to_a_person(waiting: Asked) -> None:
    waiting.client.texts("2").hears("Thanks for saying so").hears_nothing()
    assert waiting.items() == []
    next_week(waiting)
    waiting.client.hears(HOW).texts("meh").hears("People are reading now").hears_nothing()
    assert waiting.items() == ["so_so"] and waiting.alerts() == []


def test_so_so_ok_so_so_is_not_twice_running(waiting: Asked) -> None:
    waiting.client.texts("2").hears("Thanks")
    next_week(waiting)
    waiting.client.hears(HOW).texts("1").hears("Good to hear")
    waiting.stage.at(at(MONDAY + timedelta(days=14), 13, 1))
    waiting.client.hears(HOW).texts("2").hears("Thanks for saying so").hears_nothing()
    assert waiting.items() == []


def test_own_words_are_read_by_a_person_and_the_client_hears_when(asked: Asked) -> None:
    asked.agree(at_minute=19 * 60)
    asked.stage.at(at(MONDAY, 19))
    asked.client.hears(HOW)
    asked.client.texts("long day with the kids and my sister came by")
    asked.client.hears(
        "Thank you for telling us. A person reads next at", "Tue", "9"
    ).hears_nothing()
    assert asked.items() == ["check_in_words"] and asked.rows() == [("answered", "words")]


def test_yes_is_asked_back_once_and_then_left_to_a_person(waiting: Asked) -> None:
    waiting.client.texts("yes").hears("Sorry, that was not clear", HOW).hears_nothing()
    waiting.client.texts("7").hears("Thank you for telling us").hears_nothing()
    assert waiting.items() == ["not_understood"]


def test_a_question_of_theirs_is_answered_and_the_check_in_waits_underneath(waiting: Asked) -> None:
    waiting.client.texts("circle").hears("Next circle").ignores()
    waiting.client.texts("so so").hears("Thanks for saying so").hears_nothing()
    assert waiting.rows() == [("answered", "so_so")]


def test_a_bare_digit_goes_to_the_newest_question(waiting: Asked) -> None:
    waiting.client.texts("menu").hears("Reply 1 dates")
    waiting.client.texts("1").hears("weekly get-together").hears_nothing()
    assert waiting.rows() == [("sent", None)]


def test_no_answer_one_second_text_then_a_person_then_silence(waiting: Asked) -> None:
    waiting.stage.at(at(MONDAY + timedelta(days=2), 12, 59))
    waiting.client.hears_nothing()
    waiting.stage.at(at(MONDAY + timedelta(days=2), 13))
    waiting.client.hears(SECOND, "No more texts about this").hears_nothing()
    assert waiting.items() == []
    waiting.stage.at(at(MONDAY + timedelta(days=4), 13))
    assert waiting.items() == ["no_answer"]
    waiting.stage.at(at(MONDAY + timedelta(days=28), 20))
    waiting.client.hears_nothing()
    assert waiting.items() == ["no_answer"]
    assert waiting.rows() == [("unanswered", None)] + [("dropped", "no_answer")] * 4


def test_the_second_text_is_answered_like_the_first(waiting: Asked) -> None:
    waiting.stage.at(at(MONDAY + timedelta(days=2), 14))
    waiting.client.hears(SECOND).texts("1").hears("Good to hear").hears_nothing()
    waiting.stage.at(at(MONDAY + timedelta(days=6), 20))
    assert waiting.items() == [] and waiting.rows() == [("answered", "ok")]
    next_week(waiting)
    waiting.client.hears(HOW).hears_nothing()


def test_who_wrote_about_something_else_is_not_asked_twice(waiting: Asked) -> None:
    waiting.stage.later(hours=1)
    waiting.client.texts("circle").ignores()
    waiting.stage.at(at(MONDAY + timedelta(days=6), 20))
    waiting.client.hears_nothing()
    assert waiting.items() == [] and waiting.rows() == [("heard", None)]
    next_week(waiting)
    waiting.client.hears(HOW).hears_nothing()


def test_a_call_is_no_word_that_they_are_well(waiting: Asked) -> None:
    waiting.stage.later(hours=1)
    waiting.stage.network.phone_calls(waiting.client.number)
    waiting.stage.rehearsal.settle()
    assert waiting.stage.network.hang_up(waiting.client.number)
    waiting.stage.later(minutes=2)
    waiting.client.hears("9 1 1").hears_nothing()
    waiting.stage.at(at(MONDAY + timedelta(days=2), 13))
    waiting.client.hears(SECOND).hears_nothing()
    waiting.on_call.ignores()


def test_stop_ends_it_at_once(waiting: Asked) -> None:
    waiting.client.texts("STOP").ignores()
    with waiting.stage.line.database.read() as session:  # nobody will hear whether they are well
        (item,) = session.scalars(select(QueueItem).where(QueueItem.kind == "opted_out"))
        assert item.level == "urgent"
    waiting.stage.at(at(MONDAY + timedelta(days=15), 20))
    waiting.client.hears_nothing()
    assert ("dropped", "opted_out") in waiting.rows()


def test_a_pause_holds_what_is_due_and_lets_it_go_after(asked: Asked) -> None:
    asked.agree()
    asked.stage.at(at(MONDAY, 12))
    asked.client.texts("pause").ignores()
    asked.stage.at(at(TUESDAY, 11, 59))
    asked.client.hears_nothing()
    asked.stage.at(at(TUESDAY, 12))
    asked.client.hears(HOW).hears_nothing()


def test_with_an_open_alert_nothing_is_asked(asked: Asked) -> None:
    asked.agree()
    asked.stage.at(at(MONDAY, 12, 50))
    asked.client.texts("theres a man with a knife outside my door")
    asked.stage.at(at(MONDAY, 14))
    assert asked.rows() == [("dropped", "alert")]
    assert not [text for text in asked.client.unread if HOW in text]
    for phone in (asked.client, asked.on_call, asked.second, asked.supervisor):
        phone.ignores()


def test_with_a_person_the_machine_asks_nothing(asked: Asked) -> None:
    asked.agree()
    from records.models import Conversation

    with asked.stage.line.database.write() as session:
        session.get_one(Conversation, asked.id).handed_off_at = asked.stage.line.now()
    asked.stage.at(at(MONDAY, 14))
    asked.client.hears_nothing()
    assert asked.rows() == [("dropped", "with_person")]


@pytest.mark.parametrize("answer", ["no", "unknown"])
def test_a_phone_that_is_not_safe_gets_nothing(asked: Asked, answer: str) -> None:
    asked.change(safe_to_text=answer)
    asked.agree()
    asked.stage.at(at(MONDAY, 14))
    asked.client.hears_nothing()
    assert asked.rows() == [("dropped", "not_safe")]


def test_without_a_yes_nothing_is_asked_whatever_a_worker_entered(asked: Asked) -> None:
    asked.says("check_ins", given=False)
    asked.agree()
    asked.stage.at(at(MONDAY, 14))
    asked.client.hears_nothing()
    assert asked.rows() == [("dropped", "no_consent")]


def test_in_quiet_hours_it_waits_for_the_morning(asked: Asked) -> None:
    asked.agree(at_minute=22 * 60)
    asked.stage.at(at(TUESDAY, 9, 59))
    asked.client.hears_nothing()
    asked.stage.at(at(TUESDAY, 10))
    asked.client.hears(HOW).hears_nothing()


def test_after_a_long_outage_what_is_too_old_is_dropped_and_listed(asked: Asked) -> None:
    asked.agree(every="day")
    asked.stage.rehearsal.clock.move_to(at(date(2026, 12, 4), 14))  # nothing ran until now
    asked.stage.at(at(date(2026, 12, 4), 14, 1))
    asked.client.hears(HOW).hears_nothing()
    assert asked.rows() == [("dropped", "late")] * 4 + [("sent", None)]


def test_how_often_is_the_clients_to_choose(waiting: Asked) -> None:
    waiting.client.texts("often").hears("How often may we ask", "3 every two weeks")
    waiting.client.texts("3").hears("We will ask that often").hears_nothing()
    waiting.stage.at(at(MONDAY + timedelta(days=14), 12))
    waiting.client.hears_nothing()
    waiting.stage.at(at(MONDAY + timedelta(days=14), 13))
    waiting.client.hears(HOW).hears_nothing()


def test_never_is_an_answer_and_holds_at_once(waiting: Asked) -> None:
    waiting.client.texts("OFTEN").hears("5 never").texts("5").hears("We will not ask")
    waiting.stage.at(at(MONDAY + timedelta(days=29), 20))
    waiting.client.hears_nothing()
    assert waiting.items() == []


def test_a_yes_at_the_first_contact_is_asked_after_a_week(database: Database) -> None:
    asked = Asked(database)
    asked.says("check_ins", given=False)
    asked.client.texts("start").ignores()
    for answer in ("1", "1", "1", "1", "1", "2"):  # safe, language, age, reminders, check-ins, news
        asked.client.texts(answer).ignores()
    asked.stage.at(at(MONDAY + timedelta(days=7), 12, 59))
    asked.client.hears_nothing()
    asked.stage.at(at(MONDAY + timedelta(days=7), 13))
    asked.client.hears(HOW).hears_nothing()


def test_caring_words_after_a_stay_ask_for_nothing(asked: Asked) -> None:
    asked.says("caring_silent")
    asked.agree("caring", "caring", MONDAY, birthday="02-14")
    asked.stage.at(at(date(2028, 1, 1), 14))
    asked.client.ignores()
    mine = [one for one in asked.stage.network.feed() if one.number == asked.client.number]
    heard = [(one.at.astimezone(ZONE).date().isoformat(), one.body) for one in mine]
    heard = [one for one in heard if one[0] > MONDAY.isoformat()]
    assert [on for on, _ in heard] == [
        *("2026-12-01", "2026-12-07", "2026-12-30", "2027-01-30", "2027-02-14", "2027-02-28"),
        *("2027-03-30", "2027-05-30", "2027-07-30", "2027-09-30", "2027-11-30"),
    ]
    assert heard[4][1].startswith("Happy birthday")
    assert asked.items() == [] and asked.plan().ended_why == "done"


def test_in_a_long_silence_caring_words_go_only_to_who_chose_that(asked: Asked) -> None:
    asked.agree("caring", "caring", MONDAY)
    asked.stage.at(at(MONDAY + timedelta(days=62), 20))
    asked.client.hears("thinking of you").hears("We hope today is a good day").hears_nothing()
    assert asked.rows()[-1] == ("dropped", "silent")


@pytest.mark.parametrize(
    ("words", "reply", "answer"),
    [
        ("1", "Well done", "done"),
        ("done", "Well done", "done"),
        ("2", "no hurry", "not_yet"),
        ("not yet", "no hurry", "not_yet"),
        ("3", "People are reading now", "help"),
        ("help", "911", "help"),
    ],
)
def test_a_step_of_their_own_is_asked_after(
    asked: Asked, words: str, reply: str, answer: str
) -> None:
    asked.agree("goal", "week", words="call the bank about the card")
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears("Your step: call the bank about the card. 1 done 2 not yet 3 help")
    asked.client.texts(words).hears(reply).hears_nothing()
    if words == "help":  # the word itself is a cry for help before it is an answer
        assert asked.alerts()[0][1] == "help"
        asked.on_call.ignores()
        asked.second.ignores()
        return
    assert asked.rows() == [("answered", answer)]
    assert (asked.plan().ended_at is not None) == (answer == "done")
    assert asked.items() == (["goal_help"] if answer == "help" else [])


def test_a_step_without_an_answer_goes_to_a_person_and_not_out_again(asked: Asked) -> None:
    asked.agree("goal", "week", words="find the health card")
    asked.stage.at(at(MONDAY, 13))
    asked.client.hears("find the health card")
    asked.stage.at(at(MONDAY + timedelta(days=6), 20))
    asked.client.hears_nothing()
    assert asked.items() == ["no_answer"]


def test_no_text_says_why(waiting: Asked) -> None:
    """What somebody else reads on the phone: a hello, and nothing of the program."""
    with waiting.stage.line.database.read():
        texts = waiting.stage.line.texts
    for text_id in texts.ids():
        if text_id.startswith(("check_in.", "often.")):
            entry = texts.entry(text_id, "en")
            assert entry is not None
            body = " ".join(entry.forms).lower()
            for word in ("treatment", "program", "client", "case", "stay", "group", "risk"):
                assert word not in body.split(), text_id


def test_two_schedulers_at_once_ask_once(asked: Asked) -> None:
    asked.agree()
    line, start = asked.stage.line, threading.Barrier(2)
    asked.stage.rehearsal.clock.move_to(at(MONDAY, 13))

    def run() -> None:
        start.wait()
        sending.run(line, line.now())

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    asked.stage.at(at(MONDAY, 14))
    asked.client.hears(HOW).hears_nothing()
    assert asked.rows() == [("sent", None)]


def test_a_text_of_nothing_but_digits_is_read_without_an_end() -> None:
    assert moods.mood("3 " * 5000) is None
