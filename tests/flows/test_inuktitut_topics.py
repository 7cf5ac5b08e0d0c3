"""Inuktitut words lead to the right conversation in every script, spelling and dialect."""

from __future__ import annotations

import pytest

from bot import intents
from bot.flows import FLOWS
from bot.intents.inuktitut import FIRM, LOOSE, WORD, topics
from bot.language import transliterate, word_languages
from tests.stage import Stage


def _flow(text: str) -> str | None:
    found = intents.match(text)
    return found.flow if found else None


def test_every_line_leads_to_a_conversation_that_there_is() -> None:
    assert {topic.flow for topic in topics()} <= set(FLOWS)


def test_every_line_of_the_list_has_a_known_way_and_a_source() -> None:
    for topic in topics():
        assert topic.how in (WORD, FIRM, LOOSE) and topic.source and topic.meaning
        assert all(len(word) >= 4 for word in topic.words)


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("qanga mamisarnit", "circle"),
        ("mamiharnit", "circle"),
        ("ᒪᒥᓴᕐᓂᑦ ᖃᖓ?", "circle"),
        ("niqimik", "food"),
        ("nikimik", "food"),
        ("ᓂᕿᖃᖅᐱᑦ?", "food"),
        ("kaattunga", "food"),
        ("ᑳᒃᑐᖓ", "food"),
        ("angirraqanngittunga", "shelter"),
        ("ᐃᓪᓗᖃᙱᑦᑐᖓ", "shelter"),
        ("iglu", "shelter"),
        ("illumik", "shelter"),
        ("luuttaaq", "medical"),
        ("luktaak", "medical"),
        ("ᐋᓐᓂᐊᕕᒃ nani?", "medical"),
        ("iqqaqtuivimmut", "legal"),
        ("kiinaujamik", "money_id"),
        ("titiqqat", "money_id"),
        ("iqqanaijaamik", "school_work"),
        ("ilinniarvik", "school_work"),
        ("ikajuqtimik", "talk"),
        ("uqaqatigilagu", "talk"),
        ("kinauvit", "who_is_this"),
        ("kina?", "who_is_this"),
        ("uqausiq", "language"),
        ("ulluqsiuti", "dates"),
        ("qanga?", "dates"),
        ("qanuippit", "greeting"),
        ("Kanuiven", "greeting"),
        ("ulluqattiarit", "goodbye"),
        ("tomorrow niqi?", "food"),
    ],
)
def test_a_word_leads_to_its_subject(text: str, flow: str) -> None:
    assert _flow(text) == flow


@pytest.mark.parametrize(
    "text",
    [
        "iluaqtuq",  # convenient, not iglu
        "katujjiqatigiit",  # association, not kaaktu- (hungry)
        "uqausikkut",  # by word, said in every speech
        "aanniaqtunga",  # I am in pain: a person reads it
        "ikajuqtuijumaniaqpunga",  # I shall help
        "ikajuutit",  # aids
        "nuqqakainnaqpuq",  # he stopped for a while
        "nuqqaqtuq",
        "taima",
        "asu",
        "imminik",
        "mamittuq",  # a wound healed
        "attanaqtailimaniq",  # safety
        "alianaigusukpunga",  # I am happy
        "maligaliuqti",  # member of the assembly
        "Nikita",
        "niqi uvva iglumi luuktaaq",  # several subjects at once
    ],
)
def test_a_word_that_only_looks_alike_starts_nothing(text: str) -> None:
    assert _flow(text) is None


def test_both_scripts_lead_to_the_same_subject() -> None:
    words = [word for topic in topics() for word in topic.words if topic.how == WORD]
    for word in words:
        if dict(word_languages(word)).get(word) == "iu":
            assert _flow(transliterate(word, "Cans")) == _flow(word)


def test_a_sentence_too_long_to_be_a_wish_goes_to_a_person(database_stage: Stage) -> None:
    phone = database_stage.phone()
    phone.texts("ippaksaq niqituinnarmik pilauqtugut anaanaga ataatagalu")
    phone.hears("qujannamiik").ignores()
    database_stage.close()


@pytest.fixture
def database_stage() -> Stage:
    return Stage()
