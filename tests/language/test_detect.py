"""What language a text is in: measured on the labelled set, and the rules one by one."""

import csv
import random
import re
from pathlib import Path

import pytest

from bot.language import detect, script, transliterate, word_languages

DATA = Path(__file__).parent.parent / "data" / "language"


def _rows() -> list[dict[str, str]]:
    with (DATA / "detect.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = _rows()
ROMAN = [r["text"] for r in ROWS if r["language"] == "iu" and r["script"] == "Latn"]
ENGLISH = [r["text"] for r in ROWS if r["language"] == "en"]


def _hasty(text: str) -> str:
    return re.sub(r"([^\W\d_])\1", r"\1", text.replace("q", "k"))


def test_the_labelled_set_is_large_and_says_where_each_text_is_from() -> None:
    assert len(ROWS) >= 600
    assert all(row["source"] for row in ROWS)
    assert len({(row["text"].lower(), row["script"]) for row in ROWS}) == len(ROWS)


def test_roman_inuktitut_is_found() -> None:
    missed = [text for text in ROMAN if detect(text).language != "iu"]
    assert len(missed) <= 0.005 * len(ROMAN), missed


def test_english_is_not_called_inuktitut() -> None:
    called = [text for text in ENGLISH if detect(text).language == "iu"]
    assert len(called) <= 0.002 * len(ENGLISH), called


def test_every_syllabic_text_is_inuktitut() -> None:
    texts = [r["text"] for r in ROWS if r["script"] == "Cans"]
    assert len(texts) > 100
    assert {(detect(t).language, detect(t).script) for t in texts} == {("iu", "Cans")}


@pytest.mark.parametrize("language", ["en", "fr", "und"])
def test_the_other_languages_are_named_right(language: str) -> None:
    texts = [r["text"] for r in ROWS if r["language"] == language]
    wrong = [t for t in texts if detect(t).language != language]
    assert len(wrong) <= 0.02 * len(texts), wrong


def test_the_script_of_every_text_is_right() -> None:
    assert [r["text"] for r in ROWS if script(r["text"]) != r["script"]] == []


def test_hasty_spelling_is_still_inuktitut() -> None:
    words = [word for word in ROMAN if len(word) > 4]
    missed = [w for w in words if detect(_hasty(w)).language != "iu"]
    assert len(missed) <= 0.01 * len(words), missed


def test_two_to_six_attested_words_together_are_always_found() -> None:
    draw = random.Random(7)
    texts = [" ".join(draw.sample(ROMAN, draw.randint(2, 6))) for _ in range(2000)]
    missed = [text for text in texts if detect(text).language != "iu"]
    assert len(missed) <= 0.005 * len(texts), missed


@pytest.mark.parametrize(
    "text",
    [
        "KaujimajatuKak",
        "Kuviasuvunga",
        "Kanuiven",
        "ullâsiak",
        "ânniajuk",
        "aliasutsiangilanga",
        "nakummek",
        "iłurriŋŋittuŋa",
        "nikalluumařuŋa",
        "tukihiřunga",
        "quviahuktunga",
        "ihumayuq",
        "ublumi",
        "ma'na",
        "ma\u2019na",
    ],
)
def test_other_orthographies_are_inuktitut(text: str) -> None:
    assert detect(text).language == "iu"


def test_words_are_judged_one_by_one() -> None:
    assert word_languages("ok, mista qujannamiik for the ride 2nite 613") == (
        ("ok", None),
        ("mista", "iu"),
        ("qujannamiik", "iu"),
        ("for", "en"),
        ("the", "en"),
        ("ride", "en"),
        ("2nite", "en"),
        ("613", None),
    )


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("please ikajulaunnga", "iu"),  # a tie, and the word is no loan
        ("my anaana", "en"),  # a tie with a word that English borrows
        ("anaana", "iu"),
        ("help me ikajulaunnga", "en"),
        ("bonjour hello", "en"),
        ("police", "en"),
        ("la police svp", "fr"),
        ("mon amie respire pas", "fr"),
        ("il bouge plus", "fr"),
        ("see u mon", "en"),
        ("tomorrowauppa", "iu"),
        ("ᐃᓄᒃ hello there", "en"),
        ("soooo tired", "en"),
        ("nakurmiikkkk", "iu"),
        ("arrête", "fr"),
        ("même", "fr"),
        ("don\u2019t", "en"),
        ("www.uqaqtuq.ca", "und"),
        ("\ud800", "und"),
        ("привет", "und"),
    ],
)
def test_rules(text: str, language: str) -> None:
    assert detect(text).language == language


def test_a_latin_h_before_a_syllabic_is_no_latin_text() -> None:
    assert script("Hᐋᒻᓚᒃᑯᑦ") == "Cans"
    assert script("H ᐋᒻᓚᒃᑯᑦ") == "mixed"


@pytest.mark.parametrize(
    "text", ["ha" * 3000 + "x", "a@" * 3000, "a-" * 3000, "aK" * 3000, "www." * 3000]
)
def test_no_text_is_slow_to_read(text: str) -> None:
    """A pattern that tries every division of such a text would not end within the test run."""
    assert detect(text).script == "Latn"
    assert transliterate(text, "Latn") == text
    transliterate(text, "Cans")
