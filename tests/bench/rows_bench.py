"""What a line does all day, with fifty thousand texts stored and with five million."""

from __future__ import annotations

import time
from statistics import median

from bot.line import Line
from records import migrate
from records.database import Database
from tests.bench.flat_bench import line_on
from tests.bench.hot import Day, fill
from tests.bench.places import Places, places
from tests.bench.report import Report, machine, table

#: People, and texts of each.
SMALL, LARGE, QUICK_LARGE = (1_000, 50), (50_000, 100), (2_000, 100)
ROUNDS, QUICK_ROUNDS = 40, 8
MOST_GROWTH = 1.5


def on_postgresql(report: Report) -> None:
    _measure(report, "postgresql")


def on_sqlite(report: Report) -> None:
    _measure(report, "sqlite")


def _measure(report: Report, kind: str) -> None:
    """Both sizes on one engine, act by act in turn: the medians and their ratio."""
    sizes = (SMALL, QUICK_LARGE if report.quick else LARGE)
    rounds = QUICK_ROUNDS if report.quick else ROUNDS
    machine()
    with places() as found:
        lines = [_store(found, kind, *size) for size in sizes]
        days = [Day(line, size[0]) for line, size in zip(lines, sizes, strict=True)]
        taken = _taken(days, rounds)
        for line in lines:
            line.database.close()
    _tell(report, kind, [people * texts for people, texts in sizes], taken)


def _store(found: Places, kind: str, people: int, texts: int) -> Line:
    begun = time.monotonic()
    database = Database(found.url(kind, f"rows{people}"))
    migrate.upgrade(database)
    line = line_on(database, found.folder / f"rows{people}-keys.db")
    stored = fill(line, people, texts)
    print(f"stored {stored} texts on {kind} in {time.monotonic() - begun:.0f} s", flush=True)
    return line


def _taken(days: list[Day], rounds: int) -> dict[str, list[list[float]]]:
    """Milliseconds of each act by size; the first round warms up and does not count."""
    acts = [day.acts() for day in days]
    taken: dict[str, list[list[float]]] = {name: [[] for _ in days] for name in acts[0]}
    for n in range(rounds + 1):
        for name, sizes in taken.items():
            for one, times in zip(acts, sizes, strict=True):
                begun = time.perf_counter()
                one[name]()
                if n:
                    times.append((time.perf_counter() - begun) * 1000)
    return taken


def _tell(
    report: Report, kind: str, stored: list[int], taken: dict[str, list[list[float]]]
) -> None:
    rows, growths = [], {}
    for name, sizes in taken.items():
        few, many = (median(times) for times in sizes)
        growths[name] = many / few
        rows.append((name, f"{few:.2f}", f"{many:.2f}", f"{many / few:.2f}"))
    header = ("act, milliseconds", f"{stored[0]} texts", f"{stored[1]} texts", "ratio")
    table(f"What a line does all day, {kind}", header, rows)
    worst = max(growths, key=lambda name: growths[name])
    report.most(f"rows {kind}: dearest growth ({worst})", growths[worst], MOST_GROWTH)
