"""A sender is killed at the worst moments: nothing is lost, nothing said twice, order kept."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from records.clock import ManualClock
from records.database import Database
from records.failpoints import NAMES
from records.keyring import KeyRing
from records.models.messages import State
from scheduler.jobs import next_due_at, run_due
from tests.conftest import START
from tests.outbox.child import LedgerCarrier, line_of
from tests.outbox.conftest import Desk

ROOT = Path(__file__).parents[2]
KILLED = -9
EXPECTED = {"+16135550141": ["one", "two"], "+16135550142": ["one", "two"]}


def run_killed(url: str, folder: Path, failpoint: str) -> int:
    return subprocess.run(
        [sys.executable, "-m", "tests.outbox.child", url, str(folder), START.isoformat()],
        cwd=ROOT,
        env={**os.environ, "FAILPOINT": failpoint},
        timeout=120,
        check=False,
    ).returncode


@pytest.mark.parametrize(
    "failpoint", ["after_claim:2", "before_call:3", "after_accept:1", "before_mark:2"]
)
def test_a_killed_sender_loses_and_doubles_nothing(
    database: Database, tmp_path: Path, failpoint: str
) -> None:
    (tmp_path / "ring").write_text(KeyRing.new_part("test"))
    url = database.url.render_as_string(hide_password=False)
    clock = ManualClock(START)
    desk = Desk(line_of(database, tmp_path, clock))
    written = [desk.write(body, number) for body in ("one", "two") for number in EXPECTED]
    assert run_killed(url, tmp_path, failpoint) == KILLED
    carrier = LedgerCarrier(clock, tmp_path / "ledger")
    desk.line.gateway = carrier
    for _ in range(100):
        at = next_due_at(desk.line, clock.now())
        if at is None:
            break
        clock.move_to(max(at, clock.now()))
        run_due(desk.line, clock.now())
    heard = {n: [m.body for m in carrier.taken if m.to == n] for n in EXPECTED}
    assert heard == EXPECTED
    assert {desk.row(m).state for m in written} == {State.SENT}
    assert clock.now() - START <= timedelta(seconds=61)
    desk.line.vault.keys.database.close()


def test_every_failpoint_is_one_that_can_be_named() -> None:
    found: set[str] = set()
    for room in ("bot", "records", "scheduler"):
        for path in (ROOT / room).rglob("*.py"):
            text = path.read_text()
            found |= {name for name in NAMES if f'hit("{name}")' in text and "def _arm" not in text}
    assert found == set(NAMES)
