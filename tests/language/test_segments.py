"""What a text costs: equal to Twilio's calculator, and cheaper after normalising."""

import json
import unicodedata
from pathlib import Path

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from bot.language import Segments, count, normalise
from bot.language.graphemes import split

DATA = Path(__file__).parent.parent / "data" / "language"
# Answers of Twilio's own calculator (sms-segments-calculator 1.3.0), except that empty is no part.
TWILIO = [json.loads(line) for line in (DATA / "segments.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("row", TWILIO, ids=range(len(TWILIO)))
def test_equal_to_twilios_calculator(row: dict[str, object]) -> None:
    expected = Segments(row["encoding"], row["units"], row["segments"])  # type: ignore[arg-type]
    assert count(str(row["text"])) == expected


@given(st.text(alphabet="aé€[^\n ᐃᓄᒃłZ0&'", min_size=1, max_size=400))
def test_equal_to_a_second_tool_where_no_sign_is_composed(text: str) -> None:
    other = smsutil.split(text)
    assert count(text).segments == len(other.parts)
    assert (count(text).encoding == "GSM-7") == (other.encoding == "gsm0338")


@given(st.text(max_size=200))
def test_any_text_can_be_counted_and_graphemes_lose_nothing(text: str) -> None:
    result = count(text)
    assert "".join(split(text)) == text
    assert result.units >= len(text)
    assert (result.segments == 0) == (text == "")


def test_halves_of_a_pair_that_arrive_apart_are_one_sign() -> None:
    assert count("\ud83d\ude00") == count("😀")


@pytest.mark.parametrize(
    ("dear", "cheap"),
    [
        ("6:00\u202fp.m.", "6:00 p.m."),
        ("613\u00a0555", "613 555"),
        ("“it’s”", '"it\'s"'),
        ("a – b — c…", "a - b - c..."),
        ("e\u0301", "é"),
        ("e\u200b\u0301", "é"),
        ("\u1fef", "'"),
        ("• one\u2028• two", "- one\n- two"),
        ("ma’na", "ma'na"),
    ],
)
def test_dear_signs_become_cheap_ones(dear: str, cheap: str) -> None:
    assert normalise(dear) == cheap
    assert count(cheap).encoding == "GSM-7"


def test_every_syllabic_survives_normalising() -> None:
    signs = "".join(map(chr, [*range(0x1400, 0x1680), *range(0x18B0, 0x18F6), 0x11AB0]))
    assert normalise(signs) == signs


@given(st.text(max_size=120))
def test_normalising_twice_changes_nothing_and_never_costs_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
