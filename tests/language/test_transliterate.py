"""Syllabics and roman letters: the whole chart both ways, and what must stay as it is."""

import csv
from itertools import product
from pathlib import Path

import pytest
import qaniujaaqpait
from hypothesis import given
from hypothesis import strategies as st

from bot.language import transliterate

DATA = Path(__file__).parent.parent / "data" / "language"
CONSONANTS = ("", *"ptkgmnsljvrq", "ng", "nng", "&")
VOWELS = ("i", "ii", "u", "uu", "a", "aa")
CHART = [c + v for c, v in product(CONSONANTS, VOWELS)] + [c for c in CONSONANTS if c]


def _rows() -> list[dict[str, str]]:
    with (DATA / "transliterate.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize("row", [r for r in _rows() if r["direction"] in ("both", "r2s")])
def test_roman_to_syllabics(row: dict[str, str]) -> None:
    assert transliterate(row["roman"], "Cans") == row["syllabics"]


@pytest.mark.parametrize("row", [r for r in _rows() if r["direction"] in ("both", "s2r")])
def test_syllabics_to_roman(row: dict[str, str]) -> None:
    assert transliterate(row["syllabics"], "Latn") == row["roman"]


@pytest.mark.parametrize("row", [r for r in _rows() if r["direction"] == "none"])
def test_other_spellings_stay_roman(row: dict[str, str]) -> None:
    assert transliterate(row["roman"], "Cans") == row["roman"]


def test_every_sign_of_the_chart_comes_back() -> None:
    signs = [transliterate(f"{roman}", "Cans") for roman in CHART]
    assert len(set(signs)) == len(CHART)
    assert all(not sign.isascii() for sign in signs)
    assert [transliterate(sign, "Latn") for sign in signs] == CHART


def _domain(words: list[str]) -> list[str]:
    """Words the other tool reads as we do: small letters, & as lh, no h, not empty."""
    return [w for w in words if w.isascii() and w.islower() and "h" not in w.replace("lh", "")]


def _attested() -> list[str]:
    with (DATA / "detect.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        texts = [r["text"] for r in rows if r["language"] == "iu" and r["script"] == "Latn"]
    plain = set("aiuptkgmnsljvrqh&")
    return [t for t in texts if set(t) <= plain]


def test_equal_to_a_second_tool_on_attested_words() -> None:
    words = _domain(_attested())
    assert len(words) > 250
    ours = [transliterate(word, "Cans") for word in words]
    assert ours == [qaniujaaqpait.syllabify(word) for word in words]
    back = [transliterate(signs, "Latn").replace("&", "lh") for signs in ours]
    assert back == [qaniujaaqpait.romanize(signs) for signs in ours]


@given(st.lists(st.sampled_from(CHART[:96]), min_size=2, max_size=8), st.sampled_from("tkqnp"))
def test_roman_comes_back_from_syllabics(syllables: list[str], last: str) -> None:
    word = "inu" + "".join(syllables).replace("aai", "a").replace("iii", "ii") + last
    signs = transliterate(word, "Cans")
    assert transliterate(signs, "Latn") == word


@given(st.lists(st.sampled_from(CHART), min_size=1, max_size=8).map("".join))
def test_syllabics_come_back_after_the_two_merges(roman: str) -> None:
    signs = transliterate("inu" + roman, "Cans")
    once = transliterate(transliterate(signs, "Latn"), "Cans")
    assert transliterate(once, "Latn") == transliterate(signs, "Latn")


@given(st.text(max_size=80))
def test_any_text_is_survived_and_syllabics_never_stay(text: str) -> None:
    transliterate(text, "Cans")
    assert not any("\u1401" <= c <= "\u1422" and c in "ᐃᐄᐅᐆᐊᐋ" for c in transliterate(text, "Latn"))


def test_no_third_script() -> None:
    with pytest.raises(ValueError, match="no such script"):
        transliterate("inuk", "Cyrl")  # type: ignore[arg-type]
