"""A client with two phones is answered on the one that they write on now."""

from __future__ import annotations

import pytest

from bot import joining, people
from records.models import Joining
from tests.conversations.urgent.cast import HELP, KNIFE, QUESTION, Cast
from tests.stage import Phone

CRY = "he has my other phone, he is breaking the door, he has a knife"


@pytest.fixture
def other(cast: Cast) -> Phone:
    """A second phone, which workers have found to be the same client's."""
    phone = cast.stage.phone("0142")
    cast.client.texts("hi").ignores()
    phone.texts("hi").ignores()
    cast.later(minutes=1)
    line = cast.stage.line
    with line.database.write() as session:
        pair = [people.find(session, line, "sms", n) for n in (cast.client.number, phone.number)]
        one, two = (person.contact for person in pair if person is not None)
        asked = joining.ask(session, one, two, "merge", 1, line.now()).id
    with line.database.write() as session:
        joining.confirm(session, line, session.get_one(Joining, asked), 1, line.now())
    cast.later(hours=1)
    cast.ignore()
    phone.ignores()
    return phone


def test_a_cry_from_the_other_phone_is_answered_there(cast: Cast, other: Phone) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    other.texts(CRY).hears("911", QUESTION).hears_nothing()
    cast.client.hears_nothing()
    cast.ignore()


def test_a_phone_that_was_answered_over_an_earlier_item_is_answered_over_this_one_too(
    cast: Cast, other: Phone
) -> None:
    other.texts(CRY).hears("911", QUESTION)
    cast.on_call.texts("11").ignores()
    cast.closes(cast.on_call)
    cast.later(hours=3)
    cast.ignore()
    other.ignores()
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    other.texts(CRY).hears("911", QUESTION).hears_nothing()
    cast.client.hears_nothing()
    cast.ignore()


def test_what_comes_later_goes_to_that_phone_too(cast: Cast, other: Phone) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    other.texts(CRY).ignores()
    cast.later(minutes=4)
    other.hears("Nobody has picked up yet").hears_nothing()
    cast.client.hears_nothing()
    cast.on_call.texts("11").texts("11: are you hidden?")
    other.hears("are you hidden?").hears_nothing()
    cast.client.hears_nothing()
    cast.ignore()


def test_whoever_writes_on_one_phone_alone_is_answered_there(cast: Cast, other: Phone) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.on_call.texts("11").texts("11: are you hidden?")
    cast.client.hears("are you hidden?").hears_nothing()
    other.hears_nothing()
    cast.ignore()


@pytest.mark.parametrize("words", ["1", "yes"])
def test_the_other_phone_says_for_nobody_that_they_are_safe(
    cast: Cast, other: Phone, words: str
) -> None:
    cast.client.texts(KNIFE).hears("911", QUESTION)
    cast.later(minutes=1)
    other.texts(words).hears_nothing()
    assert cast.alert().answer is None
    cast.ignore()
    cast.later(minutes=4)
    assert "ladder_restarted" in cast.audited()  # nobody has answered the question
    cast.client.texts("1").hears("a person still sees this")
    assert cast.alert().answer == "yes"
    cast.ignore()
    other.ignores()


def test_a_2_counts_on_whichever_phone(cast: Cast, other: Phone) -> None:
    cast.client.texts(HELP).hears(QUESTION)
    cast.later(minutes=1)
    other.texts("2").hears("911").hears_nothing()
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.ignore()


def test_a_phone_that_said_stop_keeps_no_words_from_the_other(cast: Cast, other: Phone) -> None:
    cast.client.texts("STOP").ignores()
    cast.client.texts(KNIFE).ignores()
    cast.ignore()
    cast.later(minutes=1)
    other.texts(CRY).hears("911", QUESTION)
    cast.later(minutes=1)
    cast.ignore()
    cast.on_call.texts("11").texts("11: where are you hidden")
    other.hears("where are you hidden").hears_nothing()
    cast.ignore()
