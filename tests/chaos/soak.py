"""python -m tests.chaos.soak --hours H: hours of ordinary use; memory and connections stay flat."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from random import Random

from tests.chaos.browser import Browser
from tests.chaos.crowd import STAFF, Caseworker, Crowd
from tests.chaos.figures import Figures, table, weigh
from tests.chaos.mischief import Mischief
from tests.chaos.run import at_rest
from tests.chaos.store import STORES
from tests.chaos.weights import MEMORY, Weight, grown, growth, weigh_all
from tests.chaos.world import World

SAMPLES = 200


class Diary:
    """Holds the pace of the texts and weighs all processes now and then."""

    def __init__(self, world: World, hours: float, rate: float) -> None:
        self._world, self._rate = world, rate
        self._every = hours * 3600 / SAMPLES
        self._began = self._next = time.monotonic()
        self._born: set[int] = set()
        self.weights: list[Weight] = []
        #: Process ids that were not there at first: a new process hides what the old one leaked.
        self.restarted: set[int] = set()

    def wait(self, serial: int) -> None:
        """Before each text, which is due by the clock: what sending takes makes no hour longer."""
        time.sleep(max(0.0, self._began + serial / self._rate - time.monotonic()))
        if time.monotonic() >= self._next:
            self._next += self._every
            self._look(serial)

    def _look(self, serial: int) -> None:
        weight, pids = weigh_all(self._world)
        self._born = self._born or pids
        self.restarted |= pids - self._born
        self.weights.append(weight)
        memory = sum(much for name, much in weight.items() if name.endswith(MEMORY))
        connections = weight["database connections"]
        print(f"{serial} texts: {memory:.0f} MB, {connections:.0f} connections", flush=True)

    def troubles(self) -> list[str]:
        """Why memory and connections cannot be called flat, one line each; none when they are."""
        again = [f"a process was started again (pid {pid})" for pid in sorted(self.restarted)]
        return again + grown(self.weights)


def soak(kind: str, hours: float, rate: float) -> tuple[Figures, Diary, Browser]:
    """So many hours of texts at `rate` a second, with a caseworker and an open panel."""
    began = time.monotonic()
    with World(kind) as world:
        for number in STAFF:
            world.company.answers(number, "no-answer")
        caseworker, browser = Caseworker(world.company), Browser(world)
        caseworker.start()
        browser.start()
        mischief = Mischief(world, Random(1))
        mischief.faults()
        diary = Diary(world, hours, rate)
        crowd = Crowd(world.company, max(1, int(hours * 3600 * rate)), Random(2), diary.wait)
        crowd.run()
        browser.stop()
        mischief.no_more()
        figures = at_rest(
            world, caseworker, lambda _: None,
            lambda: weigh(world, crowd, mischief, time.monotonic() - began),
        )  # fmt: skip
        caseworker.stop()
        return figures, diary, browser


def tell(figures: Figures, diary: Diary, browser: Browser) -> bool:
    """Prints the outcome and the verdict; True when all is well."""
    print(table(figures))
    print(f"{'panel pages opened':<24} {browser.opened}, {browser.refused} not answered")
    print(f"{'processes started again':<24} {len(diary.restarted)}")
    for name, (before, after) in growth(diary.weights).items():
        print(f"{name:<24} {before:.1f} in the second quarter, {after:.1f} in the last")
    troubles = diary.troubles()
    if not figures.is_clean:
        troubles.append("texts were lost, doubled, overtaken or not paged")
    if not browser.opened or browser.refused:
        troubles.append("the panel did not answer")
    print("verdict: " + ("; ".join(troubles) or "flat, and no text lost or doubled"))
    return not troubles


def main() -> int:
    """0 when nothing grew, nothing was started again and no text was lost; else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--database", choices=tuple(STORES), default="sqlite")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--rate", type=float, default=1.0, help="texts a second")
    given = parser.parse_args()
    # Ended from outside, it still takes every process and every mount down with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return 0 if tell(*soak(given.database, given.hours, given.rate)) else 1


if __name__ == "__main__":
    sys.exit(main())
