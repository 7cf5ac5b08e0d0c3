"""Short answers while a person talks with the client: a 2 always counts, a yes may be theirs."""

from __future__ import annotations

import pytest

from tests.conversations.urgent.cast import HELP, KNIFE, Cast


def talked_with(cast: Cast, cry: str, words: str) -> Cast:
    """Somebody has the item and has written to the client."""
    cast.client.texts(cry)
    cast.on_call.texts("11").texts(f"11: {words}")
    cast.ignore()
    return cast


def test_a_2_raises_the_item_also_while_a_person_talks_and_the_bot_keeps_still(
    cast_on_each: Cast,
) -> None:
    cast = talked_with(cast_on_each, HELP, "hi i am here")
    cast.later(minutes=1)
    cast.client.texts("2").hears_nothing()
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.on_call.hears("Urgent item 11").hears("[call]", "item 11").hears_nothing()
    cast.second.hears("Urgent item 11").hears_nothing()
    cast.ignore()


def test_a_2_in_an_emergency_wants_an_answer_as_soon_as_any_cry(cast: Cast) -> None:
    talked_with(cast, KNIFE, "i am here. are you hidden?")
    cast.later(minutes=2)
    cast.client.texts("2").hears_nothing()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    cast.later(minutes=5)
    cast.on_call.hears("Urgent item 11")
    cast.second.hears("Urgent item 11")
    assert (cast.alert().state, cast.alert().answer) == ("open", "no")
    cast.ignore()


@pytest.mark.parametrize("words", ["yes", "no", "yep", "nope"])
def test_a_yes_or_no_to_a_persons_own_question_is_theirs_and_waits_for_them(
    cast: Cast, words: str
) -> None:
    talked_with(cast, KNIFE, "is he still outside the door?")
    cast.later(minutes=31)
    cast.client.texts(words).hears("It is noted").hears_nothing()
    cast.on_call.hears("More has come in on item 11").hears_nothing()
    assert cast.alert().answer is None
    cast.later(minutes=29, seconds=59)
    cast.second.hears_nothing()
    cast.later(seconds=1)
    cast.on_call.hears("Urgent item 11")
    assert cast.alert().state == "open"
    cast.ignore()


def test_a_no_is_the_questions_while_nobody_has_written(cast: Cast) -> None:
    cast.client.texts(HELP)
    cast.on_call.texts("11")
    cast.ignore()
    cast.client.texts("no").hears("911")
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.ignore()


def test_a_question_asked_anew_after_a_person_wrote_takes_a_yes_again(cast: Cast) -> None:
    talked_with(cast, HELP, "hi i am here")
    cast.later(minutes=31)
    cast.client.texts(KNIFE).hears("Are you safe right now?")
    cast.client.texts("yes").hears("Good. A person still sees this")
    assert cast.alert().answer == "yes"
    cast.ignore()


@pytest.mark.parametrize(("digit", "said"), [("1", "a person still sees"), ("2", "911")])
def test_a_digit_that_the_phone_company_hands_over_twice_is_answered_once(
    cast: Cast, digit: str, said: str
) -> None:
    cast.client.texts(HELP)
    cast.ignore()
    for sid in ("SM" + "a" * 32, "SM" + "b" * 32):
        cast.client.texts(digit, sid=sid)
    cast.client.hears(said).hears_nothing()
    cast.later(seconds=5)
    cast.client.texts(digit).hears(said).hears_nothing()  # said anew, it is heard anew
    cast.ignore()


def test_an_ok_to_what_a_person_wrote_wants_no_answer(cast: Cast) -> None:
    talked_with(cast, KNIFE, "good night then, call any time")
    for words in ("ok", "thanks", "ok thank you"):
        cast.client.texts(words).hears_nothing()
    cast.later(hours=2)
    cast.second.hears_nothing()
    assert cast.alert().state == "acknowledged"
    cast.ignore()


@pytest.mark.parametrize("words", ["2", "he is choking me"])
def test_a_cry_after_small_talk_wants_its_answer_no_later(cast: Cast, words: str) -> None:
    cast.client.texts(KNIFE)
    cast.on_call.texts("11").texts("11: are you safe?")
    cast.later(minutes=40)
    cast.client.texts("the cat is here")
    cast.later(minutes=1)
    cast.client.texts(words)
    cast.ignore()
    cast.later(minutes=5, seconds=5)
    assert any("Urgent item 11" in text for text in cast.on_call.unread)
    assert cast.alert().state == "open"
    cast.ignore()


def test_english_is_spoken_again_in_an_alert_as_soon_as_it_is_asked_for(cast: Cast) -> None:
    cast.client.texts(HELP).ignores().texts("inuktitut").ignores()
    cast.client.texts("english").hears("OK, English.").hears_nothing()
    cast.ignore()
