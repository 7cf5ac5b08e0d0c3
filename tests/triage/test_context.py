"""What stands around a rule: who, when, "not", laughter, films, hunts; and how much it weighs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.triage.context import Surroundings
from bot.triage.decide import _added_up, judge
from bot.triage.patterns import Found
from bot.triage.reading import Reading
from bot.triage.rules import Guard, Owner, Rule, Unless
from bot.triage.verdict import Level, Signal, Tier
from bot.triage.words_like import Weights

SILENT = Weights({}, (-99.0, -99.0), (0.0, 0.0), 0.0)
RULE = Rule("r", "violence", "en", Tier.P0, 0.0, False, False, (), ())
HINT = replace(RULE, name="h", kind="distress", tier=None, points=1.5)


def weighed(
    text: str,
    rule: Rule = RULE,
    *,
    at: str = "X",
    jokes: tuple[int, ...] = (),
    others: tuple[tuple[Owner, str], ...] = (),
) -> tuple[Tier | None, Signal] | None:
    """`rule` weighed where the word `at` stands; `others` are owners found at their words."""
    words = tuple(text.split())
    places = {word: n for n, word in enumerate(words)}
    found: list[Found[Owner]] = [
        Found(owner, places[word], places[word] + 1) for owner, word in others
    ]
    here: Found[Owner] = Found(rule, places[at], places[at] + 1)
    return Surroundings(Reading(words, jokes), [*found, here]).weigh(rule, here)


def guard(effect: str, *kinds: str, reach: str = "sentence") -> Guard:
    return Guard("g", effect, reach, frozenset(kinds))


def test_a_rule_by_itself_weighs_what_its_tier_does() -> None:
    for tier, weight in ((Tier.P0, 1.0), (Tier.P1, 0.7), (Tier.P2, 0.4)):
        found = weighed(". i X now .", replace(RULE, tier=tier))
        assert found == (tier, Signal("violence", "r", "en", weight))
    found = weighed(". i X now .", replace(RULE, language="fr"))
    assert found is not None and found[1].language == "fr"


@pytest.mark.parametrize(
    ("points", "weight"), ((1.5, 0.15), (3.0, 0.3), (9.0, 0.3), (0.12345, 0.012))
)
def test_a_small_sign_weighs_its_points_up_to_a_limit(points: float, weight: float) -> None:
    found = weighed(". i X now .", replace(HINT, points=points))
    assert found == (None, Signal("distress", "h", "en", weight))


def test_each_circumstance_weighs_its_share_and_is_named() -> None:
    third = weighed(". she X now .")
    assert third == (Tier.P0, Signal("violence", "r", "en", 0.9, third_person=True))
    negated = weighed(". i not X now .")
    assert negated == (Tier.P2, Signal("violence", "r", "en", 0.2, negated=True))
    joking = weighed(". i X now .", jokes=(4,))
    assert joking == (Tier.P1, Signal("violence", "r", "en", 0.5, joking=True))
    past = weighed(". i X ago .", others=((guard("past"), "ago"),))
    assert past == (Tier.P1, Signal("violence", "r", "en", 0.4, past=True))
    both = weighed(". she not X now .")
    assert both is not None and both[1].weight == 0.18


def test_not_lowers_by_two_from_the_top_and_not_even_by_one() -> None:
    assert weighed(". i not X .") == (Tier.P2, Signal("violence", "r", "en", 0.2, negated=True))
    even = weighed(". not even X .")
    assert even is not None and even[0] is Tier.P1
    lower = weighed(". i not X .", replace(RULE, tier=Tier.P1))
    assert lower is not None and lower[0] is Tier.P2
    assert weighed(". i not X .", replace(RULE, tier=Tier.P2)) is None


@pytest.mark.parametrize(
    ("text", "is_negated"),
    (
        (". not to be going to X .", True),
        (". not to be going to be X .", False),
        ("not X .", True),
        (". not bread X .", False),
        (". not . X .", False),
        (". bread X .", False),
    ),
)
def test_not_reaches_over_four_words_that_let_it_through(text: str, is_negated: bool) -> None:
    found = weighed(text)
    assert found is not None and found[1].negated is is_negated
    assert found[0] is (Tier.P2 if is_negated else Tier.P0)


@pytest.mark.parametrize("kind", ("suicide", "overdose", "self_harm"))
def test_some_kinds_are_never_lowered_to_nothing(kind: str) -> None:
    rule = replace(RULE, kind=kind, tier=Tier.P1)
    found = weighed(". i not X .", rule, jokes=(4,))
    assert found is not None and found[0] is Tier.P2
    assert weighed(". i not X .", replace(rule, kind="violence"), jokes=(4,)) is None
    assert weighed(". i not X .", replace(rule, tier=Tier.P2), jokes=(4,)) is None


def test_laughter_counts_within_twelve_words_and_not_for_what_is_serious() -> None:
    far = " ".join(["w"] * 30)
    text = f". {far} X {far} ."
    at = text.split().index("X")
    for place, is_near in ((at - 13, False), (at - 12, True), (at + 13, True), (at + 14, False)):
        found = weighed(text, jokes=(place,))
        assert found is not None and found[1].joking is is_near, place
    serious = weighed(". i X .", replace(RULE, serious=True), jokes=(3,))
    assert serious is not None and serious[0] is Tier.P0


def test_a_small_sign_that_is_denied_or_laughed_at_is_none() -> None:
    assert weighed(". i not X .", HINT) is None
    assert weighed(". i X .", HINT, jokes=(3,)) is None
    assert weighed(". i X .", HINT) is not None


def test_an_exception_and_a_guard_hold_in_their_own_sentence() -> None:
    exception = Unless("r")
    assert weighed(". i X film .", others=((exception, "film"),)) is None
    assert weighed(". i X . film .", others=((exception, "film"),)) is not None
    assert weighed(". i X film .", others=((Unless("other"), "film"),)) is not None
    assert weighed(". i X film .", others=((guard("drop"), "film"),)) is None
    assert weighed(". i X . film .", others=((guard("drop"), "film"),)) is not None
    assert weighed(". i X . film .", others=((guard("drop", reach="text"), "film"),)) is None


def test_a_guard_bears_on_its_own_kinds() -> None:
    assert weighed(". i X film .", others=((guard("drop", "violence"), "film"),)) is None
    assert weighed(". i X film .", others=((guard("drop", "medical"), "film"),)) is not None


def test_lower_takes_a_step_past_a_named_one_and_both_two() -> None:
    lower, past = (guard("lower"), "a"), (guard("past"), "b")
    one = weighed(". X a b .", others=(lower,))
    assert one == (Tier.P1, Signal("violence", "r", "en", 1.0))
    both = weighed(". X a b .", others=(lower, past))
    assert both is not None and both[0] is Tier.P2
    assert weighed(". X a .", replace(RULE, tier=Tier.P1), others=(lower,)) == (
        Tier.P2,
        Signal("violence", "r", "en", 0.7),
    )
    kept = weighed(". X a .", replace(RULE, tier=Tier.P2), others=(lower,))
    assert kept is not None and kept[0] is Tier.P2


@pytest.mark.parametrize(
    ("text", "is_third"),
    (
        (". she X .", True),
        (". she a b c X .", True),
        (". she a b c d X .", False),
        (". she i X .", False),
        (". i she X .", True),
        (". she . X .", False),
        (". a X .", False),
        ("she X .", True),
    ),
)
def test_who_it_is_about_stands_within_four_words_before(text: str, is_third: bool) -> None:
    found = weighed(text)
    assert found is not None and found[1].third_person is is_third


def test_who_stands_in_the_words_themselves_goes_first() -> None:
    for words, is_third in (("me X", False), ("she X", True), ("she me", False)):
        span = (".", "she", "x", *words.split(), ".")
        found: Found[Owner] = Found(RULE, 3, 5)
        result = Surroundings(Reading(span), [found]).weigh(RULE, found)
        assert result is not None and result[1].third_person is is_third


def test_a_pattern_that_begins_with_a_sentences_end_belongs_to_the_new_sentence() -> None:
    words = (".", "film", ".", "X", "y", ".")
    found: Found[Owner] = Found(RULE, 2, 4)
    old: Found[Owner] = Found(guard("drop"), 1, 2)
    new: Found[Owner] = Found(guard("drop"), 4, 5)
    assert Surroundings(Reading(words), [old, found]).weigh(RULE, found) is not None
    assert Surroundings(Reading(words), [new, found]).weigh(RULE, found) is None


@pytest.mark.parametrize("text", ("help", "SOS", "911", "help help", "help. please", "sos!!"))
def test_a_bare_call_for_help_is_one_and_names_itself(text: str) -> None:
    verdict = judge(text, (), SILENT)
    assert Signal("help", "whole-message", "en", 0.7) in verdict.signals
    assert verdict.level is Level.URGENT


@pytest.mark.parametrize("text", ("help help help", "help with a form", "ok", "", "."))
def test_help_among_other_words_is_no_bare_call(text: str) -> None:
    assert "whole-message" not in {signal.rule for signal in judge(text, (), SILENT).signals}


@pytest.mark.parametrize(
    ("points", "words", "is_raised"),
    (
        ((1.5, 1.5), 10, True),
        ((1.5, 1.4), 10, False),
        ((1.5, 1.5), 60, True),
        ((1.5, 1.5), 61, False),
        ((2.0, 2.0), 180, True),
        ((2.0, 2.0), 181, False),
    ),
)
def test_small_signs_count_together_and_in_a_long_text_need_to_be_more(
    points: tuple[float, ...], words: int, is_raised: bool
) -> None:
    signal = Signal("distress", "h", "en", 0.15)
    hints = {str(n): (one, signal) for n, one in enumerate(points)}
    found = _added_up(hints, words)
    assert found == ([(Tier.P2, signal)] * len(points) if is_raised else [])
