"""No text breaks the urgency check, none makes it slow, and the same text always says the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.triage import Level, Verdict, triage
from bot.triage.patterns import Finder, parse
from bot.triage.reading import LONGEST, read
from bot.triage.verdict import Tier

ANY = st.text(st.characters(), max_size=300)
SMALL_WORDS = "i,he,she,not,never,want,to,die,pills,took,lol,.,?,my,friend,is,kill"
WORDS = st.lists(st.sampled_from(SMALL_WORDS.split(",")), max_size=30).map(" ".join)


@given(ANY)
@settings(max_examples=300, deadline=None)
def test_any_text_gets_a_verdict(text: str) -> None:
    verdict = triage(text)
    assert verdict.level is verdict.tier.level
    assert (verdict.kind is None) == (verdict.signals == ())


@given(WORDS, st.lists(WORDS, max_size=3))
@settings(max_examples=200, deadline=None)
def test_the_same_text_always_says_the_same(text: str, earlier: list[str]) -> None:
    assert triage(text, earlier) == triage(text, earlier)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00" * 50,
        "\ud800 lone",
        "😀" * 500,
        "h\u0300\u0301\u0302\u0303e\u0310l\u0311p",
        "a" * 20_000,
        "not " * 5_000,
        "i want to " * 2_000,
        "!?." * 7_000,
        "﷽" * 2_000,
        "\u202ereversed\u202c",
        "k m s " * 3_000,
    ],
)
def test_strange_texts_are_read(text: str) -> None:
    assert isinstance(triage(text), Verdict)


def test_marks_piled_on_letters_do_not_hide_a_word() -> None:
    assert (
        triage("k\u0335i\u0336l\u0337l m\u0335y\u0336s\u0337elf tonight").level is Level.EMERGENCY
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("HEEEELP MEEE", "help me"),
        ("h e l p", "help"),
        ("gonna k m s", "going to kill myself"),
        ("r*ped", "raped"),
        ("suicde", "suicide"),
        ("brthng", "breathing"),
        ("cant b4 2nite", "can not before tonight"),
        ("don’t", "do not"),
        ("sewerslide", "suicide"),
        ("𝓱𝓮𝓵𝓹", "help"),
        ("💊", "pills"),
        ("tylenoll", "tylenol"),
        ("olive", "olive"),
        ("looked", "looked"),
    ],
)
def test_a_word_is_read_as_it_was_meant(written: str, meant: str) -> None:
    assert " ".join(read(written).words[1:-1]) == meant


def test_matching_work_grows_with_the_length_and_not_faster() -> None:
    """Steps are counted, not timed: four times the words, about four times the steps."""

    class Counting(frozenset[str]):
        asked = 0

        def __contains__(self, word: object) -> bool:
            Counting.asked += 1
            return super().__contains__(word)

    parts = parse("a ..5 a ..5 a ..5 z", {})
    counted = tuple(type(p)(Counting(p.words), p.optional, p.gap) for p in parts)
    finder = Finder([("rule", counted)], frozenset())

    def steps(words: int) -> int:
        Counting.asked = 0
        finder.find(["a"] * words + ["z"])
        return Counting.asked

    finder.find(["z"])
    assert steps(400) <= 5 * max(steps(100), 1)


def test_only_the_first_part_of_an_endless_text_is_read() -> None:
    assert triage("x " * LONGEST + "i took all my pills").level is Level.ROUTINE


@pytest.mark.parametrize(
    ("tier", "steps", "left"),
    [(Tier.P0, 1, Tier.P1), (Tier.P0, 2, Tier.P2), (Tier.P2, 1, Tier.P3), (Tier.P3, 2, Tier.P3)],
)
def test_a_tier_is_lowered_and_never_below_the_last(tier: Tier, steps: int, left: Tier) -> None:
    assert tier.lowered(steps) is left
