"""A cry in Inuktitut, in either script, whatever was written before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.rehearsal import stage_config
from tests.conversations.urgent.cast import HELP, QUESTION, Cast

HELP_ME = "ikajulaunnga"
HELP_ME_IN_SYLLABICS = "ᐃᑲᔪᓚᐅᓐᖓ"
CALL = {HELP_ME: "uqaalaut", "piulilaunnga": "uqaalaut", HELP_ME_IN_SYLLABICS: "ᐅᖄᓚᐅᑦ"}


@pytest.mark.parametrize("cry", CALL)
def test_a_cry_in_inuktitut_from_who_wrote_english_is_answered_in_both(
    cast: Cast, cry: str
) -> None:
    cast.client.texts("when is the next circle").ignores()
    cast.later(hours=1)
    cast.client.texts(cry).hears("call 1-855-242-3310, 24/7, say: Inuktitut", QUESTION)
    cast.client.hears(CALL[cry], "911", "1-855-242-3310").hears_nothing()
    cast.ignore()


@pytest.mark.parametrize("cry", CALL)
def test_a_cry_in_another_language_than_the_first_reply_gets_its_own_once(
    cast: Cast, cry: str
) -> None:
    cast.client.texts(HELP).hears("call 1-855-242-3310, 24/7\n", QUESTION).hears_nothing()
    cast.client.texts(cry).hears("say: Inuktitut", QUESTION)
    cast.client.hears(CALL[cry], "911, 988", "1-855-242-3310").hears_nothing()
    cast.client.texts(cry).hears_nothing()
    cast.client.texts("please help me now").hears_nothing()  # the English was said
    cast.ignore()


def test_the_other_script_gets_its_own_once(cast: Cast) -> None:
    cast.client.texts(HELP_ME).hears(QUESTION).hears("uqaalaut").hears_nothing()
    cast.client.texts(HELP_ME_IN_SYLLABICS).hears(QUESTION).hears("ᐅᖄᓚᐅᑦ").hears_nothing()
    cast.client.texts(HELP_ME).texts(HELP_ME_IN_SYLLABICS).hears_nothing()
    cast.ignore()


def test_where_drafts_do_not_go_out_a_cry_is_not_answered_again_and_again() -> None:
    cast = Cast(config=replace(stage_config(), inuktitut_drafts="off"))
    cast.client.texts(HELP).hears(QUESTION)
    cast.client.texts(HELP_ME).texts(HELP_ME_IN_SYLLABICS).hears_nothing()
    cast.ignore()


@pytest.mark.parametrize(
    ("words", "level", "line"),
    [
        ("ikajulauqtigut", "urgent", "1-855-242-3310"),
        ("ᐃᑲᔪᓚᐅᖅᑎᒍᑦ", "urgent", "1-855-242-3310"),
        ("anauvaa", "urgent", "1-855-554-4325"),
        ("aunaaqtuq", "urgent", "811"),
        ("tuqulaunnga", "urgent", "1-855-242-3310"),
        ("iminik tuqujumavunga", "emergency", "1-855-242-3310"),
        ("ikajulaunnga aanniaqtunga", "emergency", "811"),
        ("ᐃᑲᔪᓚᐅᓐᖓ ᓴᕕᒻᒥᒃ", "emergency", "1-855-554-4325"),
    ],
)
def test_attested_words_of_danger_are_answered_and_never_said_back(
    cast: Cast, words: str, level: str, line: str
) -> None:
    cast.client.texts(words)
    english, inuktitut = cast.client.unread
    assert line in english and line in inuktitut and QUESTION in english
    assert "say: Inuktitut" in english
    assert not any(word in english + inuktitut for word in words.split())
    assert cast.alert().level == level
    cast.ignore()


@pytest.mark.parametrize("words", ["aanniaqtunga", "qiujunga", "ᓴᕕᒃ", "imialuk", "qujalivunga"])
def test_everyday_words_raise_nothing(cast: Cast, words: str) -> None:
    cast.client.texts(words).ignores()
    cast.on_call.hears_nothing()


@pytest.mark.parametrize(
    "words", ["aakka aakka", "ᐋᒃᑲ ᐋᒃᑲ", "aagga, aagga!", "no aakka", "aakka no", "ᐋᒡᒐ no"]
)
def test_a_no_said_again_is_a_no_in_either_language(cast: Cast, words: str) -> None:
    cast.client.texts(HELP_ME).ignores()
    cast.later(minutes=3)
    cast.ignore()
    cast.client.texts(words).hears("Please call 911 if you can").hears("911").hears_nothing()
    assert (cast.alert().level, cast.alert().answer) == ("emergency", "no")
    cast.is_paged()


def test_a_no_said_again_just_after_the_closing_is_a_cry(cast: Cast) -> None:
    cast.client.texts(HELP_ME)
    cast.on_call.texts("11")
    cast.ignore()
    cast.closes(cast.on_call)
    cast.ignore()
    cast.client.texts("aakka aakka").hears("911", QUESTION).hears("uqaalaut").hears_nothing()
    cast.ignore()


@pytest.mark.parametrize("words", ["nauk nauk?", "qujannamiik aakka", "aakka ii", "atii atii"])
def test_what_only_looks_like_a_no_is_none(cast: Cast, words: str) -> None:
    cast.client.texts(HELP_ME).ignores()
    cast.client.texts(words).ignores()
    assert (cast.alert().level, cast.alert().answer) != ("emergency", "no")
    cast.ignore()


@pytest.mark.parametrize("choice", ["english", "inuktitut"])
def test_a_choice_of_language_gives_way_to_a_cry_in_inuktitut(cast: Cast, choice: str) -> None:
    cast.client.texts("hello").ignores()
    cast.client.texts(choice).ignores()
    cast.client.texts("ᐃᑲᔪᓚᐅᓐᖓ ᐊᓇᐅᕚᖓ").hears("911", "say: Inuktitut", QUESTION)
    cast.client.hears("ᐅᖄᓚᐅᑦ: 911", "ᐅᖄᓚᐅᑦ 1-855-554-4325").hears_nothing()
    cast.ignore()


def test_a_choice_of_language_stands_otherwise(cast: Cast) -> None:
    cast.client.texts("hello").ignores()
    cast.client.texts("english").ignores()
    cast.client.texts("ᒪᒥᓴᕐᓂᑦ").hears("Next circle").hears_nothing()
    cast.client.texts(HELP).hears("call 1-855-242-3310, 24/7\n", QUESTION).hears_nothing()
    cast.ignore()
    cast.client.texts("inuktitut").ignores()
    cast.client.texts("theres a man with a knife").hears("say: Inuktitut", QUESTION)
    cast.client.hears("uqaalaut").hears_nothing()
    cast.ignore()
