"""Real processes on PostgreSQL: replaced one after the other, and cut off from their database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import select

from records.models import Message
from tests.chaos.crowd import STAFF, Caseworker, Crowd
from tests.chaos.run import settle
from tests.chaos.world import World
from tests.faults.judge import judge
from tests.scheduler.test_live import until

EACH_SECONDS = 0.2
CUT_SECONDS = 3.0
PATIENCE = 60.0


@pytest.fixture
def world() -> Iterator[World]:
    with World("postgresql", is_linked=True) as made:
        for number in STAFF:
            made.company.answers(number, "no-answer")
        yield made


class Load:
    """Phones that text all the while, and a caseworker; `end` returns what came of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._is_over = threading.Event()
        self._crowd = Crowd(world.company, 10_000, Random(5), self._pace)
        self._caseworker = Caseworker(world.company)
        self._thread = threading.Thread(target=self._text, daemon=True)
        self._caseworker.start()
        self._thread.start()

    def _text(self) -> None:
        try:
            self._crowd.run()
        except StopIteration:
            return

    def _pace(self, serial: int) -> None:
        if self._is_over.wait(EACH_SECONDS):
            raise StopIteration

    def end(self) -> None:
        """Until nothing is under way; then nothing was lost, doubled or overtaken."""
        self._is_over.set()
        self._thread.join()
        settle(self.world, self._caseworker, print)
        self._caseworker.stop()
        line, company = self.world.line, self.world.company
        sids = company.inbound()
        verdict = judge(line.database, sids, company.ledger(), STAFF, line.now())
        assert verdict.is_clean, verdict
        assert len(sids) > 20 and self._crowd.urgent
        assert any(entry.to_number in STAFF for entry in company.ledger())

    def fetched(self) -> int:
        """How many texts no webhook brought, not even one that was tried again."""
        with self.world.line.database.read() as session:
            return len(session.scalars(select(Message.id).where(Message.is_late)).all())


def test_replaced_one_after_the_other_under_load_and_then_cut_off(world: World) -> None:
    load = Load(world)
    for guard in world.guards[:2]:  # both web processes
        guard.replace()
        until(lambda guard=guard: guard.work_seconds > 0.5, PATIENCE)  # type: ignore[misc]
    assert load.fetched() == 0
    pids = [guard.pid for guard in world.guards]
    world.link.cut()
    healed = time.monotonic() + CUT_SECONDS
    until(lambda: time.monotonic() > healed)
    world.link.heal()
    load.end()
    # They went on by themselves: nobody had to start them again.
    assert [guard.pid for guard in world.guards] == pids and not world.deaths
