"""Posters: the square opens a text to the line, and no word on them tells what it is."""

from __future__ import annotations

import pytest

from admin.posters import SAYS, WORDS, address, shown
from bot.discreet import telling_words
from bot.keywords import flow_for
from bot.language.transliterate import transliterate
from tests.admin.desk import Desk
from tests.stage import Stage

CHOICES = [(language, word) for language, words in WORDS.items() for word in words]


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("translator")


@pytest.mark.parametrize(("language", "word"), CHOICES)
def test_each_poster_shows_number_word_and_strips(desk: Desk, language: str, word: str) -> None:
    page = desk.read(f"/admin/posters?language={language}&word={word}")
    assert page.count(shown(desk.line)) == 9 and page.count("<li>") >= 8
    assert page.count(word) >= 10 and "make_poster" in desk.acts()


@pytest.mark.parametrize(("language", "word"), CHOICES)
def test_the_line_knows_the_word_and_nobody_learns_from_it(language: str, word: str) -> None:
    assert flow_for(word) is not None
    said = " ".join((word, *SAYS[language]))
    assert telling_words(said) == ()
    for name in ("alluriarniq", "tungasuvvingat", "program", "exit", "safe"):
        assert name not in transliterate(said, "Latn").casefold()


def test_the_french_poster_is_french_to_whoever_hears_it_read(desk: Desk) -> None:
    page = desk.read("/admin/posters?language=fr")
    assert '<article class="poster" lang="fr"' in page and "Textez ce numéro" in page
    assert 'lang="iu-Latn"' in desk.read("/admin/posters?language=iu_Latn")
    desk.send("/admin/account/language", language="fr")
    assert "Carré qui ouvre un texto avec le mot BONJOUR" in desk.read(
        "/admin/posters?language=fr&word=BONJOUR"
    )


def test_a_text_from_the_french_poster_is_answered_in_french(stage: Stage) -> None:
    stage.phone("0148").texts("BONJOUR").hears("Bonjour")


def test_syllabics_and_roman_letters_say_the_same() -> None:
    for signs, roman in zip(
        (*SAYS["iu"], *WORDS["iu"]), (*SAYS["iu_Latn"], *WORDS["iu_Latn"]), strict=True
    ):
        assert transliterate(signs, "Latn").casefold() == roman.casefold()


def test_the_square_holds_the_lines_own_number_and_the_word(desk: Desk) -> None:
    line = desk.line
    assert address(line, "MENU") == f"sms:{line.config.sender}?body=MENU"
    assert address(line, "ᓱᔾᔪᑎᑦ").isascii()
    answer = desk.open("/admin/posters/square.svg?language=en&word=MENU")
    assert answer.mimetype == "image/svg+xml" and "<svg" in answer.text
    other = desk.open("/admin/posters/square.svg?language=iu")
    assert other.status_code == 200 and other.text != answer.text


@pytest.mark.parametrize(
    "query",
    ["language=de", "word=STOP", "language=iu&word=MENU", "language=en&word=BONJOUR", "word=<b>"],
)
def test_no_other_word_can_be_printed(desk: Desk, query: str) -> None:
    for path in ("/admin/posters", "/admin/posters/square.svg"):
        assert desk.open(f"{path}?{query}").status_code == 404


def test_every_rule_of_the_style_is_closed(desk: Desk) -> None:
    with desk.open("/admin/static/panel.css") as answer:
        style = answer.text
    assert style.count("{") == style.count("}")
