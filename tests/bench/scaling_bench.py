"""How many texts a second one, two and four web processes take in on PostgreSQL."""

from __future__ import annotations

import os
from statistics import median

from tests.bench.load import Result, Texting
from tests.bench.places import places
from tests.bench.report import Report, machine, table
from tests.bench.servers import TOKEN, LineUnderTest
from tests.bench.webhook_bench import PHONES, fire_at, warm
from tests.ports import free_port

PROCESSES = (1, 2, 4)
TEXTS, QUICK_TEXTS = 3_000, 300
ROUNDS, QUICK_ROUNDS = 5, 2
#: Two processes on two free cores or more; the load client and the server want theirs as well.
LEAST_GAIN, CORES_FOR_GAIN = 1.3, 4


def main(report: Report) -> None:
    """Each number of processes on a database of its own, in interleaved rounds."""
    machine()
    texts, rounds = (QUICK_TEXTS, QUICK_ROUNDS) if report.quick else (TEXTS, ROUNDS)
    results: dict[int, list[Result]] = {number: [] for number in PROCESSES}
    with places() as found:
        lines = {}
        for number in PROCESSES:
            url = found.url("postgresql", f"scaling{number}")
            line = LineUnderTest(url, found.folder / f"scaling{number}", free_port())
            line.prepare()
            lines[number] = line
        for _ in range(rounds):
            for number, line in lines.items():
                with line.web(number):
                    texting = Texting(line.public_url, TOKEN, PHONES)
                    warm({"line": line.port}, texting, line)
                    results[number].append(fire_at(line.port, texting.shots(texts), line))
        for line in lines.values():
            line.database.close()
    _tell(report, results)


def _tell(report: Report, results: dict[int, list[Result]]) -> None:
    rates = {number: median(one.rate for one in found) for number, found in results.items()}
    table(
        "Texts a second by web processes of 8 threads, PostgreSQL",
        ("processes", "texts/s", "of one", "p99 ms"),
        [
            (n, f"{rate:.0f}", f"{rate / rates[1]:.2f}", f"{median(r.p99 for r in results[n]):.0f}")
            for n, rate in rates.items()
        ],
    )
    failed = sum(one.failures for found in results.values() for one in found)
    report.most("scaling: failed answers", failed, 0)
    cores = os.cpu_count() or 1
    gain = rates[2] / rates[1]
    if cores >= CORES_FOR_GAIN:
        report.least("scaling: two processes of one", gain, LEAST_GAIN)
    else:
        # The load client, two workers and the server share them: nothing can be claimed.
        print(f"two processes take {gain:.2f} of one; {cores} cores are too few to claim a gain")
