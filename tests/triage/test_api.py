"""The urgency check's promises to the rest of the service."""

import pytest

from bot.triage import KINDS, Level, Tier, Verdict, triage
from bot.triage.rules import rules


def test_levels_are_ordered() -> None:
    assert Level.ROUTINE.rank < Level.URGENT.rank < Level.EMERGENCY.rank


@pytest.mark.parametrize(
    ("tier", "level"),
    [
        (Tier.P0, Level.EMERGENCY),
        (Tier.P1, Level.URGENT),
        (Tier.P2, Level.URGENT),
        (Tier.P3, Level.ROUTINE),
    ],
)
def test_every_tier_has_its_level(tier: Tier, level: Level) -> None:
    assert tier.level is level


def test_a_routine_text_has_no_signals() -> None:
    assert triage("what time is circle") == Verdict(Level.ROUTINE, Tier.P3, None, ())


def test_the_strongest_signal_gives_the_kind() -> None:
    verdict = triage("he has a knife. i feel sad")
    assert (verdict.level, verdict.tier, verdict.kind) == (Level.EMERGENCY, Tier.P0, "violence")
    assert verdict.signals[0].kind == "violence"


@pytest.mark.parametrize("text", ["he is still here", "hes still outside", "my ex is still here"])
def test_somebody_who_is_still_here_is_violence(text: str) -> None:
    verdict = triage(text)
    assert (verdict.level, verdict.kind) == (Level.EMERGENCY, "violence")


def test_signals_hold_no_words_of_the_client() -> None:
    signal = triage("my friend zebulon took too much").signals[0]
    assert signal.kind in KINDS
    assert "zebulon" not in str(signal.as_dict())
    assert signal.third_person


def test_pieces_of_a_split_message_are_read_together() -> None:
    assert triage("all my pills").level is not Level.EMERGENCY
    assert triage("all my pills", ["i took"]).level is Level.EMERGENCY


def test_what_an_earlier_text_said_is_not_raised_again() -> None:
    assert triage("ok thanks", ["i took all my pills"]).level is Level.ROUTINE


@pytest.mark.parametrize("later", ["please", "ok", "thanks", "hello?", "k", "."])
@pytest.mark.parametrize(
    "earlier",
    [
        "he has a knife and he is outside my door",
        "im about to use",
        "running out of my insulin",
        "i wish i was dead",
        "he threatened to kill me",
    ],
)
def test_a_word_that_follows_does_not_make_it_said_anew(earlier: str, later: str) -> None:
    """A rule may let a few words stand before the end of a sentence: they say nothing new."""
    assert triage(earlier).level is not Level.ROUTINE
    assert triage(later, [earlier]).level is Level.ROUTINE


def test_what_is_said_again_is_raised_again() -> None:
    said = "he has a knife and he is outside my door"
    assert triage(said, [said]).level is Level.EMERGENCY
    assert triage("outside my door", ["he has a knife"]).level is not Level.ROUTINE


@pytest.mark.parametrize("before", ["when is the next circle", "is it cold out?", "he says hi."])
def test_what_went_before_takes_nothing_from_a_text(before: str) -> None:
    """A new text may begin a sentence of its own: none is graver alone than after small talk."""
    examples = [text for rule in rules() if rule.tier for text in rule.fires]
    lost = [t for t in examples if triage(t, [before]).tier > triage(t).tier]
    assert lost == []


def test_a_sentence_that_begins_anew_is_raised_once_and_again_when_it_is_said_again() -> None:
    assert triage("out of formula", ["when is the next circle"]).level is Level.URGENT
    assert triage("please", ["when is the next circle", "out of formula"]).level is Level.ROUTINE
    assert triage("out of formula", ["out of formula"]).level is Level.URGENT


def test_a_film_spoken_of_before_stays_a_film() -> None:
    before = ["were watching a horror movie"]
    assert triage("he has a knife").level is Level.EMERGENCY
    assert triage("and he has a knife lol the movie is so dumb", before).level is Level.ROUTINE
