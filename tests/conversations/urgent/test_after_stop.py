"""STOP, and then danger: what is asked is answered, and START brings the line back in full."""

from __future__ import annotations

import pytest

from bot import erase, people
from records.database import Database
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, Cast


@pytest.fixture
def cast(database: Database) -> Cast:
    """They have texted before, in English."""
    cast = Cast(database=database)
    cast.client.texts("hi").ignores()
    return cast


#: Words of ours that the phone company does not block.
OWN_STOPS = ("arret", "ARRÊT", "remove")


@pytest.mark.parametrize("word", OWN_STOPS)
def test_two_is_not_safe_also_for_who_said_stop(cast: Cast, word: str) -> None:
    cast.client.texts(word).hears_nothing()
    cast.client.texts(HELP).hears(QUESTION).hears_nothing()
    cast.ignore()
    cast.client.texts("2").hears("call 911", "passed on").hears_nothing()
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.second.hears("Urgent item 11").hears_nothing()
    cast.client.texts("when is the next circle").hears_nothing()  # nothing but the alert
    cast.ignore()


def test_one_is_safe_also_for_who_said_stop(cast: Cast) -> None:
    cast.client.texts("arret").hears_nothing()
    cast.client.texts(HELP).hears(QUESTION)
    cast.client.texts("1").hears("").hears_nothing()
    assert (cast.alert().level, cast.alert().answer) == ("urgent", "yes")
    cast.ignore()


def test_two_is_not_safe_also_from_the_phone_of_somebody_who_was_erased(cast: Cast) -> None:
    line = cast.stage.line
    with line.database.write() as session:
        known = people.find(session, line, "sms", cast.client.number)
        assert known is not None
        erase._wipe(session, known.contact, line.now())  # noqa: SLF001 - seven days later
    cast.later(hours=1)
    cast.client.texts(HELP).hears(QUESTION).hears_nothing()
    cast.client.texts("2").hears("call 911", "passed on").hears_nothing()
    assert cast.alert().level == "emergency"
    cast.ignore()


def test_a_digit_answers_what_the_line_asked_last_start_or_the_alert(cast: Cast) -> None:
    cast.client.texts("arret").hears_nothing()
    cast.client.texts("start").hears("1 yes 2 no")
    cast.later(minutes=1)
    cast.client.texts(HELP).hears(QUESTION).hears_nothing()
    cast.later(seconds=10)
    cast.client.texts("2").hears("call 911", "passed on").hears_nothing()
    assert cast.alert().level == "emergency"
    cast.later(seconds=10)
    cast.client.texts("start").hears("Do you want texts from this number again")
    cast.later(seconds=10)
    cast.client.texts("2").hears_nothing()  # no texts, and still in danger
    assert cast.alert().answer == "no"
    cast.ignore()


def test_start_after_a_refused_first_reply_brings_that_reply(cast: Cast) -> None:
    cast.client.texts("STOP").hears_nothing()
    cast.client.texts(KNIFE).hears_nothing()
    cast.later(minutes=1)
    assert cast.alert().cannot_text
    cast.client.texts("start").hears("Do you want texts from this number again")
    cast.client.texts("1").hears("911", QUESTION).hears("You will get texts again").hears_nothing()
    assert not cast.alert().cannot_text
    cast.ignore()
    cast.later(minutes=4, seconds=59)
    cast.client.hears_nothing()
    cast.later(seconds=10)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.on_call.texts("11").texts("11: i am here, are you safe?")
    cast.client.hears("i am here").hears_nothing()
    cast.later(minutes=31)
    cast.client.texts("he has a gun now").hears("911").ignores()
    cast.ignore()


def test_who_says_stop_in_an_alert_is_not_told_that_nobody_picked_up(cast: Cast) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    cast.client.texts("arret").hears_nothing()
    cast.is_paged()
    cast.later(minutes=40)  # nor when silence makes it graver, nor when a taker's minutes end
    cast.on_call.texts("11")
    cast.later(minutes=10)
    cast.client.hears_nothing()
    cast.supervisor.hears("Urgent item 11")
    cast.ignore()


def test_who_cries_after_stop_is_told_that_nobody_picked_up(cast: Cast) -> None:
    cast.client.texts("arret").hears_nothing()
    cast.client.texts(KNIFE).hears("911", QUESTION).hears_nothing()
    cast.later(minutes=5, seconds=10)
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.ignore()


def test_whoever_has_the_item_hears_of_a_2_once(cast: Cast) -> None:
    cast.client.texts("arret").hears_nothing()
    cast.client.texts(KNIFE).hears(QUESTION)
    cast.on_call.texts("11")
    cast.ignore()
    cast.client.texts("2").ignores()
    cast.later(minutes=2)
    told = [text for text in cast.on_call.unread if "item 11" in text]
    assert len(told) == 1
    cast.ignore()


def test_a_start_that_the_phone_company_hands_over_twice_asks_once(cast: Cast) -> None:
    cast.client.texts("hi").texts("STOP").ignores()
    cast.later(minutes=1)
    for sid in ("SM" + "a" * 32, "SM" + "b" * 32):
        cast.client.texts("START", sid=sid)
    cast.client.hears("1 yes 2 no").hears_nothing()
    cast.client.texts("1").hears("").hears_nothing()
    cast.ignore()
