"""A short run on each database must be clean; without a guard rail it must not be."""

from __future__ import annotations

import pytest

from tests.chaos.figures import Figures, table
from tests.chaos.run import Plan, run

#: The database, how many texts and how many kills.
RUNS = (("sqlite", 150, 6), ("postgresql", 150, 6), ("pgbouncer", 60, 2))


@pytest.mark.parametrize(("kind", "texts", "kills"), RUNS)
def test_nothing_is_lost_or_said_twice_while_plugs_are_pulled(
    kind: str, texts: int, kills: int
) -> None:
    figures = run(Plan(kind, texts, kills, seed=7), print)
    assert figures.is_clean, table(figures)
    assert figures.kills >= kills and figures.pages


def storm(sabotage: str = "") -> Figures:
    """Leases that end while their senders wait, and webhooks that come three times."""
    plan = Plan("sqlite", texts=30, kills=0, seed=7, rate=3, is_storm=True, sabotage=sabotage)
    return run(plan, print)


def test_a_storm_alone_doubles_nothing() -> None:
    figures = storm()
    assert figures.is_clean, table(figures)


def test_without_the_lease_token_the_storm_turns_the_run_red() -> None:
    doubled = storm("lease").verdict.doubled
    assert any("taken for no row" in one for one in doubled), doubled


def test_without_the_unique_id_the_storm_turns_the_run_red() -> None:
    doubled = storm("sid").verdict.doubled
    assert any("kept" in one for one in doubled), doubled
