"""The client's own timer: only their digits end it, and silence brings a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot import own_words
from records.models import Escalation, Rotation, SafetyTimer
from service.rehearsal import ZONE
from tests.conversations.safe.conftest import contact_of, local
from tests.conversations.safe.test_own_words import DURESS, give_words, stored, workers_ignore
from tests.stage import Phone, Stage

DIGITS = "48 21"
NOTE = "room 9 blue van ABCD123 call my aunt"


def start(client: Phone, words: str = "SAFE 2h", note: str = NOTE) -> Phone:
    """Starts a timer on Monday morning, with a note."""
    client.texts(words).hears("digits that end it")
    client.texts(DIGITS).hears("OK until", "late or lost", "911").hears("Place, plate")
    return client.texts(note).hears("OK, noted").hears_nothing()


def timers(stage: Stage) -> list[SafetyTimer]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(SafetyTimer).order_by(SafetyTimer.id)))


def alert(stage: Stage) -> Escalation | None:
    with stage.line.database.read() as session:
        return session.scalars(select(Escalation)).first()


def is_paged(stage: Stage, kind: str) -> None:
    stage.phone("0191").hears("Urgent item").hears("[call]").ignores()
    workers_ignore(stage)
    found = alert(stage)
    assert found is not None and (found.kind, found.is_silent) == (kind, True)
    assert found.level == "emergency"


def test_ended_in_time_it_leaves_nothing_behind(client: Phone) -> None:
    start(client)
    client.texts("on my way").hears("OK, noted").texts("arrived").hears("digits to end it")
    client.stage.later(minutes=90)
    client.texts("4821").hears("OK. Text MENU").hears_nothing()
    (row,) = timers(client.stage)
    assert (row.closed_how, row.note_sealed) == ("digits", None)
    client.stage.later(hours=3)
    client.hears_nothing()
    assert alert(client.stage) is None
    everything = "\n".join(stored(client.stage))
    assert "ABCD123" not in everything and "48 21" not in everything and "4821" not in everything


def test_a_phone_that_is_to_be_shown_nothing_is_not_asked_at_the_end(client: Phone) -> None:
    stage = start(client, note="0").stage
    client.texts("he has a knife dont text me hes reading this").hears_nothing()
    workers_ignore(stage)
    stage.phone("0191").texts("11").ignores()
    workers_ignore(stage)
    stage.later(hours=2)
    client.hears_nothing()
    stage.phone("0191").hears("Urgent item 11").ignores()
    workers_ignore(stage)
    found = alert(stage)
    assert found is not None and (found.kind, found.state) == ("timer", "open")
    stage.later(minutes=20)
    client.hears_nothing()
    workers_ignore(stage)


def test_beside_an_alert_nothing_is_asked_at_the_end_and_people_are_told(client: Phone) -> None:
    stage = start(client).stage
    client.texts("i want to die").hears("Are you safe right now?").texts("1").hears("Good")
    stage.later(minutes=1)
    workers_ignore(stage)
    stage.phone("0191").texts("11").ignores().texts("11: i am here").ignores()
    client.hears("i am here")
    stage.later(hours=2)
    client.hears_nothing()
    found = alert(stage)
    assert found is not None and (found.state, found.level) == ("open", "emergency")
    stage.phone("0191").hears("Urgent item 11").ignores()
    # The phone knew of it: what they write now is answered as before, not with a plain OK.
    assert not found.is_silent
    client.texts("i took all my pills").hears("911", "Are you safe right now?").hears_nothing()
    stage.later(minutes=20)
    client.hears("Nobody has picked up").hears_nothing()
    workers_ignore(stage)


def test_a_question_that_had_not_left_when_an_alert_opens_is_not_asked_beside_it(
    client: Phone,
) -> None:
    stage = start(client).stage
    stage.network.set_fault("refuse", number=client.number, code=503)
    stage.later(hours=2, seconds=2)
    client.hears_nothing().texts("hes hitting me")
    stage.network.clear_fault()
    stage.later(minutes=2)
    client.hears("Are you safe right now?").hears_nothing()
    stage.phone("0191").hears("Urgent item 11").ignores()
    workers_ignore(stage)
    (row,) = timers(stage)
    assert row.paged_at is not None
    found = alert(stage)
    assert found is not None and (found.level, found.is_silent) == ("emergency", False)
    client.ignores()


def test_more_time_is_heard_in_an_alert_and_the_digits_go_on_with_the_watch(client: Phone) -> None:
    stage = start(client).stage
    client.texts("took all my pills").hears("Are you safe right now?")
    client.texts("more 4 hours").hears("digits to go on until").hears_nothing()
    client.texts("4444").hears("not the digits").hears_nothing()
    client.texts("4821").ignores()
    (row,) = timers(stage)
    assert (row.closed_at, row.more_at) == (None, None)
    assert row.ends_at > stage.line.now() + timedelta(hours=3)
    stage.later(seconds=10)
    client.texts("2").hears(
        "911", "Your answer was passed on"
    ).hears_nothing()  # the alert's question, and no other
    workers_ignore(stage)
    stage.phone("0191").texts("11").ignores()
    stage.later(hours=3, minutes=50)
    workers_ignore(stage)
    client.ignores()
    stage.later(minutes=10)
    client.hears_nothing()
    stage.phone("0191").hears("Urgent item 11").ignores()
    workers_ignore(stage)


def test_more_time_is_heard_while_a_person_talks_with_them(client: Phone) -> None:
    stage = start(client).stage
    client.texts("i want to die").ignores()
    stage.phone("0191").texts("11").ignores().texts("11: where are you, which room?").ignores()
    client.hears("which room")
    client.texts("1204").hears_nothing()  # for the person, and no guess at the digits
    client.texts("more 1h").hears("digits to go on until").hears_nothing()
    assert timers(stage)[0].wrong == 0
    client.texts("4821").ignores()
    assert timers(stage)[0].closed_at is None
    workers_ignore(stage)


@pytest.mark.parametrize(("said", "how"), [("4821", "digits"), ("grey mitten", "code_word")])
def test_digits_or_the_code_word_end_it_in_an_alert_as_ever_and_the_alert_goes_on(
    client: Phone, said: str, how: str
) -> None:
    stage = start(give_words(client)).stage
    client.texts("theres a man with a knife outside my door").ignores()
    stage.later(seconds=10)
    client.texts(said).ignores()
    assert timers(stage)[0].closed_how == how
    found = alert(stage)
    assert found is not None and (found.state, found.is_silent) == ("open", False)
    workers_ignore(stage)


def test_wrong_digits_again_and_again_make_an_alert_quiet(client: Phone) -> None:
    stage = start(client).stage
    client.texts("1111").hears("not the digits").texts("2222").hears("not the digits")
    client.texts("he wont let me leave").ignores().texts("more 1h").hears("digits to go on")
    client.texts("3333").hears("not the digits").hears_nothing()
    found = alert(stage)
    assert found is not None and found.is_silent
    is_paged(stage, "timer")
    stage.later(minutes=20)
    client.hears_nothing()
    workers_ignore(stage)


def test_in_a_quiet_alert_the_timer_answers_as_it_always_does(client: Phone) -> None:
    stage = start(give_words(client)).stage
    client.texts("he has a knife hes reading this").hears("OK. Text MENU").hears_nothing()
    stage.later(minutes=1)
    client.texts("on my way").hears("OK, noted").texts("arrived").hears("digits to end it")
    client.texts("more 4h").hears("digits to go on until")
    client.texts("4444").hears("not the digits").texts("4821").hears("OK until").hears_nothing()
    assert timers(stage)[0].closed_at is None
    workers_ignore(stage)


def test_a_note_that_is_asked_for_is_not_lost_in_a_quiet_alert(client: Phone) -> None:
    stage = give_words(client).stage
    client.texts("SAFE 2h").ignores().texts(DIGITS).ignores()
    client.texts("hes reading this over my shoulder").hears("OK. Text MENU")
    client.texts(NOTE).hears("OK, noted").hears_nothing()
    assert timers(stage)[0].note_sealed is not None
    client.texts("is the bus late").hears("OK. Text MENU")
    workers_ignore(stage)


def test_what_is_texted_after_its_end_is_no_note_of_it(client: Phone) -> None:
    client.texts("SAFE 2h").ignores().texts(DIGITS).ignores()
    client.texts("4821").hears("OK. Text MENU").hears_nothing()
    client.texts("my aunt fetched me").ignores()
    assert stored(client.stage)[-1] != own_words.MASK
    assert "my aunt fetched me" in stored(client.stage)
    workers_ignore(client.stage)


def test_more_time_after_people_were_paged_is_watched_to_its_end(client: Phone) -> None:
    stage = start(client).stage
    stage.later(hours=2, minutes=15)
    client.hears("Time is up").hears("Still there").hears_nothing()
    is_paged(stage, "timer")
    client.texts("more 1h").hears("digits to go on until").texts("4821").hears("OK until")
    stage.phone("0191").texts("11").ignores()
    workers_ignore(stage)
    stage.later(minutes=4)
    stage.phone("0191").texts("11: ok?").ignores()
    client.ignores()
    stage.later(minutes=55)
    workers_ignore(stage)
    client.hears_nothing()
    stage.later(minutes=2)
    stage.phone("0191").hears("Urgent item 11").ignores()
    client.hears_nothing()
    workers_ignore(stage)
    (row,) = timers(stage)
    assert row.next_at is None and row.paged_at is not None


def test_no_answer_is_asked_twice_and_then_a_person_on_call_is_paged(client: Phone) -> None:
    start(client)
    client.stage.later(hours=2)
    client.hears("Time is up. Text your digits").hears_nothing()
    client.stage.later(minutes=10)
    client.hears("Still there").hears_nothing()
    assert alert(client.stage) is None
    client.stage.later(minutes=5)
    client.hears_nothing()
    is_paged(client.stage, "timer")
    (row,) = timers(client.stage)
    assert row.closed_at is None and row.note_sealed is not None
    client.texts("4821").hears("OK. Text MENU").hears_nothing()
    assert timers(client.stage)[0].note_sealed is not None  # those who were paged still need it
    client.stage.later(minutes=10)
    client.hears_nothing()
    workers_ignore(client.stage)


def ran_out(client: Phone) -> Stage:
    """Nobody answers at the end of a timer, and people are paged."""
    stage = start(client).stage
    stage.later(hours=2, minutes=16)
    client.ignores()
    is_paged(stage, "timer")
    return stage


def test_who_cries_for_help_after_its_end_gets_the_first_reply(client: Phone) -> None:
    stage = ran_out(client)
    client.texts("help hes hitting me").hears("call 911", "Are you safe right now?")
    stage.later(minutes=5)
    client.hears("Nobody has picked up yet").hears_nothing()
    client.texts("4821").hears("OK").texts("2").hears("Please call 911").hears_nothing()
    workers_ignore(stage)


def test_also_once_they_have_asked_for_more_time_with_their_digits(client: Phone) -> None:
    stage = ran_out(client)
    client.texts("more 1h").hears("Text your digits").texts("4821").hears("OK until")
    stage.later(minutes=2)
    client.texts("help hes hitting me").hears("call 911", "Are you safe right now?")
    client.hears_nothing()
    workers_ignore(stage)


@pytest.mark.parametrize(
    "words", [DURESS, "he is reading my texts", "this is her husband who are you", "wrong number"]
)
def test_it_does_not_once_the_phone_may_be_in_other_hands(client: Phone, words: str) -> None:
    stage = ran_out(give_words(client))
    client.texts(words).ignores()
    stage.later(minutes=45)
    client.texts("help hes hitting me")
    assert not any("911" in text for text in client.unread)
    client.ignores()
    stage.later(minutes=10)
    client.hears_nothing()
    workers_ignore(stage)


def test_nor_after_digits_that_were_guessed(client: Phone) -> None:
    stage = start(client).stage
    for guess in ("1234", "1111", "2222"):
        client.texts(guess).hears("not the digits")
    workers_ignore(stage)
    client.texts("help hes hitting me").hears("OK. Text MENU").hears_nothing()
    workers_ignore(stage)


def test_the_code_word_ends_it_too(client: Phone) -> None:
    give_words(client)
    start(client)
    client.texts("grey mitten").hears("OK. Text MENU").hears_nothing()
    assert timers(client.stage)[0].closed_how == "code_word"


def test_the_duress_word_at_the_check_looks_like_the_digits_and_pages(client: Phone) -> None:
    give_words(client)
    start(client)
    client.stage.later(hours=2)
    client.hears("Time is up")
    client.texts("is the bus late").hears("OK. Text MENU any time.").hears_nothing()
    is_paged(client.stage, "duress")
    client.stage.later(minutes=30)
    client.hears_nothing()
    assert timers(client.stage)[0].note_sealed is not None
    workers_ignore(client.stage)


def test_stop_counts_as_not_delivered(client: Phone) -> None:
    start(client)
    client.texts("STOP").hears_nothing()
    is_paged(client.stage, "timer_lost")
    client.stage.later(hours=3)
    client.hears_nothing()
    workers_ignore(client.stage)


def test_a_client_whose_key_is_lost_is_paged_about_at_the_end_as_nothing_can_be_asked(
    client: Phone,
) -> None:
    start(client)
    client.stage.line.vault.keys.destroy(contact_of(client.stage, client).data_key)
    client.stage.later(hours=2)
    is_paged(client.stage, "timer_lost")
    client.hears_nothing()
    workers_ignore(client.stage)


def test_the_safe_word_pages_too_because_nothing_more_can_be_asked(client: Phone) -> None:
    give_words(client)
    start(client)
    client.texts("pickle jar").hears("automatic reminder line").hears_nothing()
    is_paged(client.stage, "timer_lost")
    client.stage.later(hours=3)
    client.hears_nothing()
    workers_ignore(client.stage)


def test_a_phone_that_cannot_be_texted_is_told_apart_from_no_answer(client: Phone) -> None:
    start(client)
    client.stage.network.set_fault("reject", code=21610)
    client.stage.later(hours=2, minutes=1)
    client.stage.network.clear_fault()
    client.stage.later(minutes=3)
    workers_ignore(client.stage)
    found = alert(client.stage)
    assert found is not None and found.kind == "timer_lost"
    client.hears_nothing()


def test_three_wrong_digits_page_at_once(client: Phone) -> None:
    start(client)
    for guess in ("1111", "2222"):
        client.texts(guess).hears("not the digits")
    assert alert(client.stage) is None
    client.texts("3333").hears("not the digits").hears_nothing()
    is_paged(client.stage, "timer")


def test_more_time_needs_the_digits(client: Phone) -> None:
    start(client)
    ends_at = timers(client.stage)[0].ends_at
    client.texts("more 4h").hears("digits to go on until")
    assert timers(client.stage)[0].ends_at == ends_at
    client.texts("4821").hears("OK until").hears_nothing()
    assert timers(client.stage)[0].ends_at == client.stage.line.now() + timedelta(hours=4)
    client.stage.later(hours=3)
    client.hears_nothing()
    client.texts("4821").hears("OK. Text MENU").hears_nothing()


def test_more_time_is_never_less(client: Phone) -> None:
    start(client)
    ends_at = timers(client.stage)[0].ends_at
    client.texts("more 30m").hears("digits to go on until").texts("4821").hears("OK until")
    assert timers(client.stage)[0].ends_at == ends_at + timedelta(minutes=30)


def test_who_wants_to_be_checked_on_hears_how(client: Phone) -> None:
    for words in ("safe call", "i have a date tonight can u check on me"):
        client.texts(words).hears("SAFE 2h", "people are told").hears_nothing()
        client.stage.later(minutes=1)


def test_until_a_wall_time_over_midnight(client: Phone) -> None:
    client.stage.at(local(client.stage, 1, 22))
    start(client, "safe until 1:30am", "0")
    assert timers(client.stage)[0].ends_at == local(client.stage, 2, 1, 30)
    assert timers(client.stage)[0].note_sealed is None
    client.stage.at(local(client.stage, 2, 1, 30))
    client.hears("Time is up")
    client.texts("4821").hears("OK").hears_nothing()


def test_offered_only_while_somebody_is_on_call_until_an_hour_after(client: Phone) -> None:
    stage = client.stage
    with stage.line.database.write() as session:
        session.execute(update(Rotation).values(until_on=local(stage, 1, 12).date()))
    # The rota ends on Tuesday at 9:00.
    stage.at(local(stage, 1, 0))
    client.texts("safe 9h").hears("nobody is on call").hears_nothing()
    assert timers(stage) == []
    client.texts("safe 7h").hears("digits that end it").ignores()
    workers_ignore(stage)  # the gap in the rota is an alarm of its own


@pytest.mark.parametrize("words", ["safe", "safe trip", "am i safe here", "safe 3m", "safe 40h"])
def test_other_words_start_nothing(client: Phone, words: str) -> None:
    client.texts(words).ignores()
    workers_ignore(client.stage)
    assert timers(client.stage) == []


def test_after_a_standstill_a_person_is_paged_at_once(client: Phone) -> None:
    start(client)
    stage = client.stage
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(hours=5))
    stage.rehearsal.settle()
    stage.collect()
    client.hears_nothing()
    is_paged(stage, "timer")


def test_the_night_the_clocks_go_back_a_timer_is_neither_early_nor_late() -> None:
    stage = Stage(datetime(2026, 10, 31, 12, 0, tzinfo=ZONE))
    phone = stage.phone()
    phone.texts("circle").ignores()
    for reply in ("2", "1", "1", "1", "1", "2", "2"):
        phone.texts(reply).ignores()
        stage.later(seconds=10)
    stage.at(datetime(2026, 11, 1, 0, 30, tzinfo=ZONE))
    phone.texts("SAFE until 3:00").hears("digits that end it").stage.later(seconds=5)
    phone.texts(DIGITS).ignores().texts("0").hears("OK, noted")
    # Half past midnight to three is three and a half hours in this night.
    assert timers(stage)[0].ends_at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    stage.at(datetime(2026, 11, 1, 7, 59, tzinfo=UTC))
    phone.hears_nothing()
    stage.at(datetime(2026, 11, 1, 8, 0, tzinfo=UTC))
    phone.hears("Time is up")
    phone.texts(DIGITS).hears("OK")
    workers_ignore(stage)
