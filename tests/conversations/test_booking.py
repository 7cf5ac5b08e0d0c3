"""Booking by text: the next times as digits, kept, given up or moved, and a digit that is bound."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.checkins import plans
from bot.people import locked
from tests.conversations.dates import MONDAY, THURSDAY, Calendar, at, days
from tests.stage import Phone

EVENING = at(THURSDAY, 18)
WEEKLY = "FREQ=WEEKLY"


@pytest.fixture
def phone(calendar: Calendar) -> Phone:
    """A client who said yes to reminders."""
    return calendar.client()


@pytest.fixture
def reminded(calendar: Calendar, phone: Phone) -> Phone:
    """Booked for the weekly circle on Thursday; the first reminder has just come."""
    calendar.book("0141", calendar.event(EVENING, rule=WEEKLY)[0])
    calendar.stage.at(at(THURSDAY - days(2), 18))
    return phone.hears("2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day").hears_nothing()


def test_a_kind_its_times_a_digit_and_the_place_on_request(
    calendar: Calendar, phone: Phone
) -> None:
    calendar.event(EVENING, rule=WEEKLY, has_food=True)
    phone.texts("circle").hears("1 2026-12-03 18:00", "2 2026-12-10", "3 2026-12-17", "food")
    assert "12 Main" not in " ".join(phone.unread)
    phone.texts("2").hears("your place is kept: 2026-12-10 18:00 (Thu)", "place? 1 yes 2 no")
    phone.texts("1").hears("Place: 12 Main St").hears_nothing()
    assert calendar.due("0141") == [at(THURSDAY + days(5), 18), at(THURSDAY + days(7), 15)]
    phone.texts("circle").hears("2 2026-12-10").texts("2").hears("You have a place already")
    calendar.stage.at(at(THURSDAY + days(3), 12))
    phone.hears_nothing()


def test_one_is_coming_and_nothing_more_is_said(calendar: Calendar, reminded: Phone) -> None:
    reminded.texts("1").hears("OK, noted: 2026-12-03 18:00").hears_nothing()
    assert calendar.seat("0141").rsvp == "yes"
    calendar.stage.at(at(THURSDAY, 15))
    reminded.hears("2026-12-03 18:00").hears_nothing()


@pytest.mark.parametrize("words", ["2", "no", "cant"])
def test_two_frees_the_place_and_says_so(calendar: Calendar, reminded: Phone, words: str) -> None:
    reminded.texts(words).hears("your place is free again: 2026-12-03 18:00").hears_nothing()
    assert calendar.seat("0141").state == "given_up" and calendar.seat("0141").rsvp == "no"
    calendar.stage.at(at(THURSDAY + days(3), 12))
    reminded.hears_nothing()


def test_three_shows_other_days_and_the_old_place_is_kept_until_one_is_chosen(
    calendar: Calendar, reminded: Phone
) -> None:
    old = calendar.seat("0141").id
    reminded.texts("3").hears("1 2026-12-10 18:00", "2 2026-12-17").hears_nothing()
    assert calendar.row(old).state == "booked"
    reminded.texts("1").hears("your place is kept: 2026-12-10").hears_nothing()
    assert calendar.row(old).state == "moved"
    calendar.stage.at(at(THURSDAY, 20))
    reminded.hears_nothing()


def test_a_digit_means_that_reminder_until_the_start(calendar: Calendar, reminded: Phone) -> None:
    reminded.texts("1").hears("OK, noted")
    calendar.stage.later(hours=14)
    reminded.texts("2").hears("your place is free again: 2026-12-03 18:00").hears_nothing()


def test_a_digit_after_the_start_is_asked_back(calendar: Calendar, reminded: Phone) -> None:
    calendar.stage.at(at(THURSDAY, 18, 5))
    reminded.hears("2026-12-03")
    reminded.texts("2").hears("has begun already. Want other days? 1 yes 2 no").hears_nothing()
    assert calendar.seat("0141").state == "booked"
    reminded.texts("1").hears("1 2026-12-10 18:00").hears_nothing()


def test_a_digit_that_could_mean_two_dates_is_asked_back(
    calendar: Calendar, reminded: Phone
) -> None:
    calendar.book("0141", calendar.event(EVENING - days(1), kind="peer")[0])
    calendar.stage.at(at(THURSDAY - days(1), 15))
    reminded.hears("2026-12-02 18:00 (Wed). 1 yes 2 no 3 other day")
    reminded.texts("2").hears("Which one do you mean?", "1 2026-12-02 18:00", "2 2026-12-03 18:00")
    assert calendar.seat("0141").state == "booked"
    reminded.texts("2").hears("your place is free again: 2026-12-03 18:00").hears_nothing()
    reminded.texts("1").hears("OK, noted: 2026-12-02 18:00").hears_nothing()


def test_two_dates_and_a_check_in_at_once_are_told_apart_and_never_guessed(
    calendar: Calendar, phone: Phone
) -> None:
    calendar.says("0141", "check_ins")
    with calendar.line.database.write() as session:
        contact = locked(session, calendar.ids["0141"])
        weekly = plans.Terms("how", "week", MONDAY)
        plans.agree(session, calendar.line, contact, weekly, calendar.line.now())
    calendar.book("0141", calendar.event(EVENING)[0])
    calendar.book("0141", calendar.event(EVENING + timedelta(hours=1), kind="peer")[0])
    calendar.stage.at(at(THURSDAY - days(2), 19))
    phone.hears("How are you today?").hears("12-03 18:00").hears("12-03 19:00").hears_nothing()
    both = "1 2026-12-03 18:00 (Thu)\n2 2026-12-03 19:00 (Thu)\n9 something else"
    phone.texts("3").hears("Which one do you mean?", both)
    phone.texts("9").hears("Please say again").hears_nothing()
    phone.texts("so so").hears("Thanks for saying so").hears_nothing()
    phone.texts("1").hears("Which one do you mean?").texts("2").hears("OK, noted: 2026-12-03 19:00")
    phone.texts("1").hears("Which one").texts("1").hears("OK, noted: 2026-12-03 18:00")
    phone.hears_nothing()
    assert calendar.items() == [] and calendar.seat("0141").rsvp == "yes"


def test_a_reminder_in_the_middle_of_another_question_is_not_guessed_at(
    calendar: Calendar, phone: Phone
) -> None:
    calendar.book("0141", calendar.event(EVENING)[0])
    calendar.stage.at(at(THURSDAY - days(2), 17, 59))
    phone.texts("menu").hears("Reply 1 dates")
    calendar.stage.later(minutes=1)
    phone.hears("2026-12-03 18:00")
    phone.texts("2").hears("Which one do you mean?\n1 2026-12-03 18:00 (Thu)\n9 something else")
    phone.texts("9").hears("Please say again").hears_nothing()
    assert calendar.seat("0141").state == "booked"


def test_who_asks_something_else_first_is_answered_about_that(
    calendar: Calendar, reminded: Phone
) -> None:
    calendar.stage.later(hours=1)
    reminded.texts("menu").hears("Reply 1 dates").texts("2").hears("1 food").hears_nothing()
    assert calendar.seat("0141").state == "booked"


def test_own_dates_are_changed_by_mine(calendar: Calendar, phone: Phone) -> None:
    calendar.event(EVENING, rule=WEEKLY)
    phone.texts("circle").ignores().texts("1").ignores()
    phone.texts("mine").hears("2026-12-03 18:00 (Thu): 1 coming, 2 not coming, 3 other day, 4")
    phone.texts("2").hears("your place is free again").hears_nothing()
    phone.texts("mine").hears("No place is kept for you").hears_nothing()


def test_a_full_date_has_a_list_and_a_freed_place_comes_by_text(calendar: Calendar) -> None:
    has, waits = calendar.client("0141"), calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    waits.texts("circle").hears("No place is free: 2026-12-03 18:00", "1 yes 2 no")
    waits.texts("1").hears("You get a text when a place is free").hears_nothing()
    has.texts("mine").ignores().texts("2").hears("free again").hears_nothing()
    waits.hears("Your date 2026-12-03 18:00 (Thu): there is room now. Want it? 1 yes 2 no")
    waits.texts("1").hears("your place is kept: 2026-12-03 18:00").hears_nothing()
    assert calendar.waits() == ["taken"] and calendar.seat("0142").state == "booked"
    calendar.stage.at(at(THURSDAY - days(2), 18))
    waits.hears("2026-12-03 18:00").hears_nothing()


def test_who_no_longer_wants_to_wait_comes_off_the_list_by_text(calendar: Calendar) -> None:
    calendar.client("0141")
    first, second = calendar.client("0142"), calendar.client("0143")
    (row_id,) = calendar.event(EVENING, capacity=1)
    (other,) = calendar.event(EVENING + days(1), kind="peer")
    calendar.book("0141", row_id)
    calendar.book("0142", other)
    first.texts("circle").ignores().texts("1").hears("Text MINE to change it")
    calendar.wait("0143", row_id)
    first.texts("mine").hears("1 2026-12-04 18:00 (Fri)\n2 2026-12-03 18:00 (Thu) (no place yet)")
    first.texts("2").hears("Still want a text when one is free? 1 yes 2 no")
    first.texts("1").hears("You get a text when a place is free").hears_nothing()
    second.texts("take me off the list").hears("No place yet: 2026-12-03 18:00")
    second.texts("2").hears("OK, no more texts about 2026-12-03 18:00").hears_nothing()
    assert calendar.waits() == ["waiting", "left"]
    second.texts("mine").hears("No place is kept for you").hears_nothing()
    calendar.give_up("0141")
    first.hears("there is room now").texts("2").hears("free again").hears_nothing()
    second.hears_nothing()


def test_mine_shows_a_place_that_is_offered_and_takes_it(calendar: Calendar) -> None:
    calendar.client("0141")
    phone = calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.give_up("0141")
    phone.hears("there is room now")
    phone.texts("mine").hears("2026-12-03 18:00 (Thu): there is room now. Want it? 1 yes 2 no")
    phone.texts("1").hears("your place is kept: 2026-12-03 18:00").hears_nothing()
    assert calendar.waits() == ["taken"]


def test_an_offered_place_stands_in_the_list_as_none_yet(calendar: Calendar) -> None:
    calendar.client("0141")
    phone = calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    (later_id,) = calendar.event(EVENING + days(1))
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.book("0142", later_id)
    calendar.give_up("0141")
    phone.hears("there is room now")
    phone.texts("mine").hears("1 2026-12-03 18:00 (Thu) (no place yet)\n2 2026-12-04 18:00 (Fri)")


@pytest.mark.parametrize("digit", ["1", "2"])
def test_an_answer_about_the_old_time_is_none_about_the_new_one(
    calendar: Calendar, phone: Phone, digit: str
) -> None:
    (row_id,) = calendar.event(EVENING)
    calendar.book("0141", row_id)
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("2026-12-03 18:00 (Thu). 1 yes")
    calendar.stage.at(at(THURSDAY - days(2), 22))
    calendar.move(row_id, EVENING + days(7))
    phone.texts(digit).hears("2026-12-10 18:00 (Thu): 1 yes 2 no 3 other day").hears_nothing()
    seat = calendar.seat("0141")
    assert seat.state == "booked" and seat.rsvp is None
    phone.texts("1").hears("OK, noted: 2026-12-10 18:00").hears_nothing()
    calendar.stage.at(at(THURSDAY - days(1), 10))
    phone.hears("has moved to 2026-12-10 18:00").hears_nothing()


def test_an_offer_that_is_not_wanted_goes_to_the_next(calendar: Calendar) -> None:
    calendar.client("0141")
    first, second = calendar.client("0142"), calendar.client("0143")
    (row_id,) = calendar.event(EVENING, capacity=1)
    calendar.book("0141", row_id)
    calendar.wait("0142", row_id)
    calendar.wait("0143", row_id)
    calendar.give_up("0141")
    first.hears("there is room now").texts("2").hears("free again").hears_nothing()
    second.hears("there is room now").hears_nothing()
    calendar.stage.later(hours=3)
    second.texts("1").hears("not open any more").hears_nothing()


def test_a_time_another_was_quicker_for_is_said_to_be_gone(calendar: Calendar) -> None:
    slow = calendar.client("0141")
    calendar.client("0142")
    (row_id,) = calendar.event(EVENING, capacity=1)
    slow.texts("circle").hears("1 2026-12-03 18:00")
    calendar.book("0142", row_id)
    slow.texts("1").hears("No place is free: 2026-12-03 18:00", "1 yes 2 no").hears_nothing()


def test_a_cancelled_date_offers_another_day(calendar: Calendar, phone: Phone) -> None:
    first, *_ = calendar.event(EVENING, rule=WEEKLY)
    calendar.book("0141", first)
    calendar.cancel(first)
    phone.hears("2026-12-03 18:00 (Thu) is off. Want another day? 1 yes 2 no")
    phone.texts("1").hears("1 2026-12-10 18:00").texts("1").hears("your place is kept: 2026-12-10")
    phone.hears_nothing()


def test_a_missed_date_gets_one_kind_text_with_other_days(calendar: Calendar, phone: Phone) -> None:
    calendar.book("0141", calendar.event(EVENING, rule=WEEKLY)[0])
    calendar.stage.at(at(THURSDAY, 20))
    phone.ignores()
    calendar.marks("0141", attended=False)
    phone.hears_nothing()
    calendar.stage.later(minutes=10)
    phone.hears("hope you are OK", "other days", "1 yes 2 no").hears_nothing()
    calendar.stage.later(hours=14)
    phone.texts("1").hears("1 2026-12-10 18:00").hears_nothing()
    calendar.stage.at(at(THURSDAY + days(4), 12))
    phone.hears_nothing()


def test_marked_by_mistake_nothing_is_said(calendar: Calendar, phone: Phone) -> None:
    calendar.book("0141", calendar.event(EVENING)[0])
    calendar.stage.at(at(THURSDAY, 20))
    phone.ignores()
    calendar.marks("0141", attended=False)
    calendar.marks("0141", attended=True)
    calendar.stage.at(at(THURSDAY + days(2), 12))
    phone.hears_nothing()


def test_a_ride_company_and_a_call_reach_a_person_in_the_clients_words(
    calendar: Calendar, phone: Phone
) -> None:
    for word, asks, words in (
        ("ride", "From where", "vanier to montreal rd thursday 5pm"),
        ("come with me", "Where should somebody come along", "the bank on friday"),
        ("call me back", "When is a call good", "when the kids sleep"),
    ):
        phone.texts(word).hears(asks).texts(words).hears("People are reading now").hears_nothing()
        calendar.stage.later(minutes=1)
    assert calendar.items() == ["wants_ride", "wants_company", "call_back"]


def test_plain_sentences_book_ask_for_a_ride_and_for_a_call(
    calendar: Calendar, phone: Phone
) -> None:
    calendar.event(EVENING)
    phone.texts("can u book me in").hears("1 weekly get-together")
    phone.texts("1").hears("1 2026-12-03 18:00").texts("1").hears("your place is kept").ignores()
    calendar.stage.later(minutes=1)
    phone.texts("i need a ride").hears("From where").texts("vanier, 5pm").ignores()
    calendar.stage.later(minutes=1)
    phone.texts("call me after 8").hears("OK, noted: 2026-11-30 20:00 (Mon)", "People are reading")
    phone.hears_nothing()
    assert calendar.items() == ["wants_ride", "call_back"]
    assert calendar.wanted() == [at(MONDAY, 20)]


def test_the_cover_word_is_chosen_by_text(calendar: Calendar, phone: Phone) -> None:
    phone.texts("cover").hears("1 tea").texts("1").hears("OK, noted").hears_nothing()
    calendar.book("0141", calendar.event(EVENING)[0])
    calendar.stage.at(at(THURSDAY - days(2), 18))
    phone.hears("Tea 2026-12-03 18:00 (Thu). 1 yes 2 no 3 other day").hears_nothing()


def test_in_doubt_who_texts_a_digit_moves_nothing(calendar: Calendar, reminded: Phone) -> None:
    with calendar.line.database.write() as session:
        from records.models import Contact

        contact = session.get_one(Contact, calendar.ids["0141"])
        contact.doubted_at = calendar.line.now()
    reminded.texts("2").hears("A person will read your text").hears_nothing()
    assert calendar.seat("0141").state == "booked"


def test_new_hours_move_what_is_planned(calendar: Calendar, phone: Phone) -> None:
    calendar.book("0141", calendar.event(EVENING)[0])
    phone.texts("my hours").ignores().texts("1").ignores().texts("10-12").ignores()
    assert calendar.due("0141") == [at(THURSDAY - days(2), 11, 59), at(THURSDAY, 11, 59)]
    phone.texts("1").ignores()


def test_a_worker_at_work_does_not_keep_a_reminder_back(calendar: Calendar, phone: Phone) -> None:
    from records.models import Conversation

    calendar.book("0141", calendar.event(at(MONDAY, 18))[0])
    with calendar.line.database.write() as session:
        conversation = session.get_one(Conversation, calendar.ids["0141"])
        conversation.handed_off_at = calendar.line.now()
    calendar.stage.at(at(MONDAY, 15))
    phone.hears("2026-11-30 18:00").texts("1").hears_nothing()
    assert calendar.items() == ["wants_person"]
