"""python -m tests.chaos.soak --hours H: days of ordinary use; memory and open files stay flat."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from random import Random

from tests.chaos.crowd import STAFF, Caseworker, Crowd
from tests.chaos.figures import share, table, weigh
from tests.chaos.guard import Guard
from tests.chaos.mischief import Mischief
from tests.chaos.run import settle
from tests.chaos.world import World

GROWTH_MOST = 1.05
SAMPLES = 200


def family(guard: Guard) -> list[Path]:
    """The process folders of a guard's process and its children."""
    own = Path(f"/proc/{guard.pid}")
    children = (own / "task" / str(guard.pid) / "children").read_text().split()
    return [own, *(Path(f"/proc/{pid}") for pid in children)]


def weight(guard: Guard) -> tuple[int, int]:
    """Memory in kB and open files of a guard's processes."""
    memory = files = 0
    for folder in family(guard):
        status = (folder / "status").read_text()
        memory += int(status.split("VmRSS:")[1].split()[0])
        files += len(list((folder / "fd").iterdir()))
    return memory, files


class Diary:
    """Weighs all processes now and then."""

    def __init__(self, world: World, hours: float, rate: float) -> None:
        self._world, self._rate = world, rate
        self._every = hours * 3600 / SAMPLES
        self._next = time.monotonic()
        self.weights: list[tuple[int, int]] = []

    def wait(self, serial: int) -> None:
        """Before each text."""
        time.sleep(1 / self._rate)
        if time.monotonic() >= self._next:
            self._next += self._every
            each = [weight(guard) for guard in self._world.guards]
            self.weights.append((sum(m for m, _ in each), sum(f for _, f in each)))
            memory, files = self.weights[-1]
            print(f"{serial} texts: {memory // 1024} MB, {files} open files", flush=True)

    def growth(self, place: int) -> float:
        """The last quarter's median against that of the second: the first one warms up."""
        values = [one[place] for one in self.weights]
        quarter = max(1, len(values) // 4)
        before = share(sorted(values[quarter : 2 * quarter] or values), 0.5)
        return share(sorted(values[-quarter:]), 0.5) / before


def soak(kind: str, hours: float, rate: float) -> bool:
    """True when nothing was lost and nothing grew by more than 5 %."""
    texts, began = int(hours * 3600 * rate), time.monotonic()
    with World(kind) as world:
        for number in STAFF:
            world.company.answers(number, "no-answer")
        caseworker = Caseworker(world.company)
        caseworker.start()
        mischief = Mischief(world, Random(1))
        mischief.faults()
        diary = Diary(world, hours, rate)
        crowd = Crowd(world.company, texts, Random(2), diary.wait)
        crowd.run()
        mischief.no_more()
        settle(world, caseworker, lambda _: None)
        caseworker.stop()
        figures = weigh(world, crowd, mischief, time.monotonic() - began)
    memory, files = diary.growth(0), diary.growth(1)
    print(table(figures))
    print(f"{'growth':<24} memory {memory:.3f}  open files {files:.3f}")
    return figures.is_clean and max(memory, files) <= GROWTH_MOST


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--rate", type=float, default=1.0, help="texts a second")
    given = parser.parse_args()
    return 0 if soak(given.database, given.hours, given.rate) else 1


if __name__ == "__main__":
    sys.exit(main())
