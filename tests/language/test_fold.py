"""Spellings that must meet, and words that must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import fold, fold_doubled, squash, transliterate


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ullumi", "ublumi"),
        ("iglu", "illu"),
        ("ilatka", "ilakka"),
        ("taliqpik", "talippik"),
        ("qaukpat", "qauppat"),
        ("quviasuktunga", "quviasuttunga"),
        ("quviasuktunga", "quviahuktunga"),
        ("isumajuq", "ihumayuq"),
        ("siqiniq", "hiqiniq"),
        ("ippaksaq", "ippatsaq"),
        ("takuługu", "takulhugu"),
        ("taku&ugu", "ᑕᑯᖢᒍ"),
        ("ᖁᔭᓐᓇᒦᒃ", "kujanamik"),
        ("tavva", "tagva"),
        ("nakurmiik", "NAKURMIIK!"),
        ("ânniajuk", "aanniajuq"),
        ("tukihiřunga", "tukisijunga"),
        ("iłurriŋŋittuŋa", "i&urringngittunga"),
        ("ma\u2019na", "ma'na"),
        ("ᐃᒡᓗ", "iglu"),
    ],
)
def test_one_word_in_two_spellings(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tuqujuq", "tuqqujuq"),  # dies, stores away
        ("qimiktuq", "qimmiktuq"),
        ("iiqi", "ii"),
        ("qujana", "quana"),
        ("ma'na", "manna"),
    ],
)
def test_words_that_the_doubled_fold_keeps_apart(one: str, other: str) -> None:
    assert fold_doubled(one) != fold_doubled(other)


def test_the_plain_fold_does_merge_the_danger_words() -> None:
    assert fold("tuqujuq") == fold("tuqqujuq")


def test_words_are_one_space_apart_without_marks() -> None:
    assert fold("  Qujannamiik,\n ullumi? ") == "kujanamik ulumi"


SYLLABLES = [c + v for c in ("", *"ptkgmnsljvrq", "ng", "&") for v in ("i", "uu", "a")]


@given(st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6).map("".join))
def test_both_scripts_fold_to_one_form(word: str) -> None:
    word = f"inuk{word}"
    assert fold(transliterate(word, "Cans")) == fold(word)
    assert fold_doubled(transliterate(word, "Cans")) == fold_doubled(word)


@given(st.text(max_size=60))
def test_any_text_is_survived(text: str) -> None:
    assert fold(text).strip() == fold(text)
    assert squash(squash(text)) == squash(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("HELP!!!", "heeelp"),
        ("  need   help ", "ned help"),
        ("don\u2019t", "don't"),
        ("good.", "gooood"),
    ],
)
def test_english_squashed_alike(one: str, other: str) -> None:
    assert squash(one) == squash(other)


def test_squashing_keeps_digits() -> None:
    assert squash("911!") == "911"
