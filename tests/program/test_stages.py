"""What four answers propose: every row of the table, and nothing that looks like a fall."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.program import stages
from bot.program.stages import Proposal, Scores, is_less_safe, propose

SCORE = st.none() | st.integers(0, 10)


@pytest.mark.parametrize(
    ("scores", "stage", "level"),
    [
        (Scores(9, 9, 9, 1), stages.PRECONTEMPLATION, "A"),
        (Scores(fits=2), stages.CONTEMPLATION, "B"),
        (Scores(fits=3), stages.PREPARATION, "C"),
        (Scores(fits=4), stages.ACTION, "D"),
        (Scores(fits=5), stages.MAINTENANCE, "E"),
        (Scores(3, 9), stages.PRECONTEMPLATION, "A"),
        (Scores(4, 9), stages.CONTEMPLATION, "B"),
        (Scores(6, 10), stages.CONTEMPLATION, "B"),
        (Scores(7, 3), stages.CONTEMPLATION, "B"),
        (Scores(7, 4), stages.PREPARATION, "C"),
        (Scores(10, 6), stages.PREPARATION, "C"),
        (Scores(7, 7), stages.ACTION, "D"),
        (Scores(0, 0, 0, 6), stages.RE_ENTRY, "B"),
        (Scores(fits=6), stages.RE_ENTRY, "B"),
        (Scores(8, 5, 8, 6), stages.RE_ENTRY, "C"),
        (Scores(8, 8, 8, 6), stages.RE_ENTRY, "D"),
    ],
)
def test_each_row_of_the_table(scores: Scores, stage: str, level: str) -> None:
    assert propose(scores) == Proposal(stage, level)


@pytest.mark.parametrize("scores", [Scores(), Scores(how_sure=9), Scores(how_safe=2)])
def test_nothing_is_proposed_from_nothing(scores: Scores) -> None:
    assert propose(scores) is None


@given(SCORE, SCORE, SCORE)
def test_coming_back_never_goes_to_the_bottom(
    much: int | None, sure: int | None, safe: int | None
) -> None:
    found = propose(Scores(much, sure, safe, 6))
    assert found is not None and found.level in ("B", "C", "D")


@pytest.mark.parametrize(
    ("now", "before", "looked_at"),
    [
        (None, 9, False),
        (3, None, True),
        (4, None, False),
        (5, 8, True),
        (6, 8, False),
        (3, 3, True),
    ],
)
def test_a_week_that_is_less_safe(now: int | None, before: int | None, looked_at: bool) -> None:
    assert is_less_safe(now, before) is looked_at
