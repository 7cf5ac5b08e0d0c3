"""The line's everyday talk: an answer first, everything else after it."""

from __future__ import annotations

from sqlalchemy import select

from records.models import Consent, Contact, OptOut, Question, QueueItem
from tests.stage import Phone, Stage


def items(stage: Stage, kind: str) -> int:
    with stage.line.database.read() as session:
        return len(session.scalars(select(QueueItem).where(QueueItem.kind == kind)).all())


def test_circle_from_an_unknown_phone_is_answered_at_once_and_the_rest_after(phone: Phone) -> None:
    phone.texts("CIRCLE").hears("1 2026-12-02 18:00", "sample", "9 tells where")
    phone.hears("This is a machine", "911", "STOP").hears_nothing()
    phone.texts("1").hears("2026-12-02 18:00", "place? 1 yes 2 no").hears_nothing()
    phone.texts("1").hears("Example Street").hears("safe to text this phone? 1 yes 2 no")


def test_first_contact_asks_one_thing_at_a_time_and_each_consent_on_its_own(phone: Phone) -> None:
    phone.texts("hello").hears("MENU").hears("machine").hears("safe to text")
    phone.texts("yes").hears("1 English 2 Inuktitut")
    phone.texts("1").hears("16 or older")
    phone.stage.later(seconds=10)
    phone.texts("1").hears("reminder")
    phone.stage.later(seconds=10)
    phone.texts("1").hears("how you are")
    phone.texts("2").hears("news")
    phone.texts("no").hears("Thank you")
    with phone.stage.line.database.read() as session:
        given = {row.purpose: row.given for row in session.scalars(select(Consent))}
        contact = session.scalars(select(Contact)).one()
    assert given == {"reminders": True, "check_ins": False, "broadcasts": False}
    assert (contact.safe_to_text, contact.age_ok) == ("yes", "yes")


def test_someone_younger_goes_to_a_person_and_is_still_answered(phone: Phone) -> None:
    phone.texts("hello").ignores().texts("1").hears("1 English")
    phone.texts("1").hears("16 or older")
    phone.texts("2").hears("A person will read this")
    assert phone.unread == [] or phone.ignores()
    assert items(phone.stage, "under_age") == 1
    phone.texts("circle").hears("2026-12-02")
    phone.ignores()


def test_the_second_text_in_a_row_not_understood_says_when_a_person_reads(known: Phone) -> None:
    known.texts("qwx zzt plk").hears("A person will look")
    known.texts("vbn mmm rrt").hears("People are reading now", "911", "988")
    known.texts("hhj kkw ppq").hears_nothing()
    assert items(known.stage, "not_understood") == 1


def test_a_keyword_interrupts_a_question_and_the_question_is_still_there(known: Phone) -> None:
    known.texts("menu").hears("3 health")
    known.texts("who is this").hears("reminder line")
    known.stage.later(seconds=10)
    known.texts("3").hears("nurse or doctor")


def test_a_question_waits_for_a_day_and_then_answers_to_nothing(known: Phone) -> None:
    known.texts("circle").hears("9 tells where")
    known.stage.later(hours=23, minutes=59)
    known.texts("2").hears("your place is kept: 2026-12-09", "place? 1 yes 2 no")
    known.stage.later(hours=24, minutes=1)
    known.texts("1").hears("No question is open now", "Reply 1 dates").hears_nothing()
    with known.stage.line.database.read() as session:
        asked = select(Question.outcome).where(Question.flow == "book").order_by(Question.id)
        assert session.scalars(asked).all() == ["answered", "expired"]


def test_the_list_that_ran_out_is_put_again_and_a_person_reads_the_digit(known: Phone) -> None:
    known.texts("health").hears("1 nurse or doctor")
    known.stage.later(hours=25)
    known.texts("1").hears("No question is open now", "1 nurse or doctor").hears_nothing()
    assert items(known.stage, "not_understood") == 1
    known.texts("1").hears("For health").hears_nothing()


def test_a_strangers_lone_digit_gets_the_choices_and_is_told_of_the_machine(stage: Stage) -> None:
    stage.phone("0177").texts("2").hears("Reply 1 dates").hears("This is a machine").hears_nothing()


def test_a_digit_after_an_alert_is_not_met_with_a_list(known: Phone) -> None:
    worker = known.stage.phone("0191")
    known.texts("theres a man with a knife outside my door").ignores()
    code = worker.ignores().texts("11 done").unread.pop()
    worker.ignores().texts(code.removeprefix("To close item 11 reply ")).hears("is closed")
    known.stage.later(hours=2)
    known.texts("2").hears("A person will look").hears_nothing()
    for phone in known.stage.phones():
        phone.ignores()


def test_an_empty_text_is_put_before_a_person_and_answered_by_nobody(known: Phone) -> None:
    known.texts(" \n ").hears_nothing()
    assert items(known.stage, "not_understood") == 1
    known.texts("").hears_nothing()
    assert items(known.stage, "not_understood") == 1


def test_who_is_this_says_the_same_to_a_client_and_to_a_stranger(known: Phone) -> None:
    stranger = known.stage.phone("0177")
    known.texts("who is this")
    stranger.texts("who is this")
    assert known.unread == stranger.unread
    for phone in (known, stranger):
        phone.hears("STOP").hears_nothing()


def test_stop_closes_our_ledger_and_only_start_and_1_open_it(stage: Stage) -> None:
    phone = stage.phone("0150")
    phone.texts("circle").ignores()
    phone.texts("stop").hears_nothing()
    for words in ("hello", "yes", "UNSTOP", "circle", "1"):
        phone.texts(words).hears_nothing()
        stage.later(seconds=10)
    assert items(stage, "opted_out") == 1
    phone.texts("START").hears("1 yes 2 no")
    for words in ("circle", "yes", "YES", "ii", "2", "1"):
        phone.texts(words).hears_nothing()
        stage.later(seconds=10)
    phone.texts("START").hears("1 yes 2 no")
    for words in ("yes", "UNSTOP"):
        phone.texts(words).hears_nothing()
        stage.later(seconds=10)
    phone.texts("1").hears("You will get texts again")
    with stage.line.database.read() as session:
        assert session.scalars(select(OptOut)).one().reopened_at is not None
    phone.texts("circle").hears("2026-12-02").ignores()


def test_a_sentence_that_begins_with_stop_is_no_opt_out(known: Phone) -> None:
    known.texts("stop him hes outside").ignores()
    known.stage.phone("0191").ignores()
    known.stage.phone("0192").ignores()
    with known.stage.line.database.read() as session:
        assert session.scalars(select(OptOut)).all() == []


def test_a_real_line_says_that_no_dates_are_entered(empty_stage: Stage) -> None:
    phone = empty_stage.phone()
    phone.texts("circle").hears("dates are entered yet").hears("machine").hears("safe to text")


def test_the_same_text_twice_within_4_seconds_is_answered_once(known: Phone) -> None:
    known.texts("circle").hears("2026-12-02")
    known.stage.later(seconds=2)
    known.texts("circle").hears_nothing()
    known.stage.later(seconds=5)
    known.texts("circle").hears("2026-12-02")


def test_a_repeated_webhook_is_one_row_and_one_answer(known: Phone) -> None:
    sid = "SM" + "7" * 32
    known.texts("circle", sid=sid).hears("2026-12-02")
    known.stage.network.phone_sends(known.number, "circle", sid=sid)
    known.stage.rehearsal.settle()
    known.stage.collect()
    known.hears_nothing()


def test_a_digit_answers_the_newest_question_that_the_carrier_accepted(known: Phone) -> None:
    known.texts("circle").hears("9 tells where").texts("1").hears("place? 1 yes 2 no")
    known.stage.network.set_fault("refuse", code=503)
    known.texts("menu").hears_nothing()
    known.texts("1").hears_nothing()
    known.stage.network.clear_fault()
    known.stage.later(minutes=5)
    heard = " ".join(known.unread)
    assert "Example Street" in heard, "1 answered the circle's question, not the menu's"
    known.ignores()


def test_a_photo_is_noted_for_a_person_and_never_fetched(known: Phone) -> None:
    known.texts("", media=1).hears("A person will look")
    assert items(known.stage, "media") == 1


def test_roman_and_syllabics_are_answered_in_kind(stage: Stage) -> None:
    roman, syllabics = stage.phone("0161"), stage.phone("0162")
    roman.texts("qujannamiik")
    syllabics.texts("ᖁᔭᓐᓇᒦᒃ")
    assert roman.unread and not any("\u1400" <= c <= "\u167f" for c in "".join(roman.unread))
    assert any("\u1400" <= c <= "\u167f" for c in "".join(syllabics.unread))
    roman.ignores()
    syllabics.ignores()


def test_a_ride_that_is_not_there_is_urgent_in_the_queue_and_somebody_hears_where_to_wait(
    known: Phone,
) -> None:
    known.texts("my ride never showed up").hears("Wait inside", "911").hears_nothing()
    with known.stage.line.database.read() as session:
        found = session.scalars(select(QueueItem).where(QueueItem.kind == "wants_ride")).one()
    assert found.level == "urgent"


def test_who_asks_for_child_care_hears_of_a_date_with_it_or_is_offered_a_person(
    known: Phone,
) -> None:
    known.texts("can i bring my kids").hears("a person to help with this? 1 yes 2 no")
    known.texts("1").hears("People are reading now").hears_nothing()
    assert items(known.stage, "wants_person") == 1
