"""Some weeks of the program: restarts twice a day, outages, moved and cancelled circles."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.line import LineConfig
from records.clock import ManualClock
from records.database import Database
from records.vault import Vault
from service.rehearsal import ZONE
from tests.year import Year

WEEKS, PEOPLE = 4, 18


@pytest.mark.parametrize("seed", [4, 5])  # power and carrier fail in both
def test_each_reminder_comes_once_in_time_or_is_listed_with_its_reason(
    database: Database, vault: Vault, clock: ManualClock, config: LineConfig, seed: int
) -> None:
    clock.move_to(datetime(2027, 3, 1, 11, tzinfo=ZONE))  # the clocks change in week two
    config = replace(config, send_rate=1000.0)
    url = database.url.render_as_string(hide_password=False)
    year = Year(url, vault, clock, config, PEOPLE, seed)
    year.play(WEEKS)
    tally = year.judge()
    year.line.database.close()
    assert year.restarts > 2 * 7 * WEEKS and year.outages
    assert (tally.doubled, tally.missed, tally.late) == (0, 0, 0)
    assert tally.intended == tally.sent + sum(tally.dropped.values()) > 100
    assert tally.dropped.total() < tally.sent
