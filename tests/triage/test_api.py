"""The urgency check's promises to the rest of the service."""

import pytest

from bot.triage import KINDS, Level, Tier, Verdict, triage


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
