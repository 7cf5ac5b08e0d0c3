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
