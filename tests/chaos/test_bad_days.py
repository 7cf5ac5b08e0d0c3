"""Real processes on PostgreSQL: replaced one after the other, and cut off from their database."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Iterator
from random import Random

import pytest

from tests.chaos.crowd import STAFF, Caseworker, Crowd
from tests.chaos.guard import Guard
from tests.chaos.run import at_rest
from tests.chaos.world import World
from tests.faults.judge import Verdict, judge
from tests.scheduler.test_live import until

EACH_SECONDS = 0.5
CUT_SECONDS = 3.0
# A crowded machine takes a minute and more to start a process; none of this is about speed.
PATIENCE, ASK_SECONDS = 180.0, 10.0


@pytest.fixture
def world() -> Iterator[World]:
    with World("postgresql", is_linked=True) as made:
        for number in STAFF:
            made.company.answers(number, "no-answer")
        yield made


class Load:
    """Phones that text all the while, and a caseworker. Use as a context; `end` judges."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._is_over = threading.Event()
        self._crowd = Crowd(world.company, 10_000, Random(5), self._pace)
        self._caseworker = Caseworker(world.company)
        self._thread = threading.Thread(target=self._text, daemon=True)

    def __enter__(self) -> Load:
        self._caseworker.start()
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._caseworker.stop()

    def _text(self) -> None:
        try:
            self._crowd.run()
        except StopIteration:
            return

    def _pace(self, serial: int) -> None:
        if self._is_over.wait(EACH_SECONDS):
            raise StopIteration

    def has_paged(self) -> bool:
        """Has the phone company taken a page, and so an urgent text come in?"""
        return any(entry.to_number in STAFF for entry in self.world.company.ledger())

    def end(self) -> None:
        """Until nothing is under way; then nothing was lost, doubled or overtaken."""
        self._is_over.set()
        self._thread.join()
        verdict = at_rest(self.world, self._caseworker, print, self._judge)
        assert verdict.is_clean, verdict
        assert self._crowd.urgent

    def _judge(self) -> Verdict:
        line, company = self.world.line, self.world.company
        return judge(line.database, company.inbound(), company.ledger(), STAFF, line.now())


def answers(guard: Guard) -> bool:
    """Does this web process take requests?"""
    try:
        with urllib.request.urlopen(guard.url or "", timeout=ASK_SECONDS):
            return True
    except OSError:
        return False


def test_replaced_one_after_the_other_under_load_and_then_cut_off(world: World) -> None:
    with Load(world) as load:
        for guard in world.guards[:2]:  # both web processes
            guard.replace()
            until(lambda guard=guard: answers(guard), PATIENCE)  # type: ignore[misc]
        pids = [guard.pid for guard in world.guards]
        world.link.cut()
        healed = time.monotonic() + CUT_SECONDS
        until(lambda: time.monotonic() > healed)
        world.link.heal()
        until(load.has_paged, PATIENCE)
        load.end()
    # They went on by themselves: nobody had to start them again.
    assert [guard.pid for guard in world.guards] == pids and not world.deaths
