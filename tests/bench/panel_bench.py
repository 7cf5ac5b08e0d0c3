"""How soon each page of the panel is there with 100,000 contacts and 1,000,000 messages."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Any

from werkzeug.test import TestResponse

from bot.line import Line
from service.app import create_app
from tests.admin.desk import Desk
from tests.admin.walk import pages_of
from tests.bench.flat_bench import processor_seconds
from tests.bench.panel_store import public_id, store
from tests.bench.places import places
from tests.bench.report import Report, machine, table

CONTACTS, QUICK_CONTACTS = 100_000, 5_000
BAR_MS = 150.0
#: A client in an address: pages are asked for one who has written for years.
_CLIENT = re.compile(r"bench\d{19}")
ROUNDS, QUICK_ROUNDS = 30, 8


@dataclass
class _Rehearsal:
    app: Any


@dataclass
class _Stage:
    """As much of a stage as a desk needs."""

    line: Line
    rehearsal: _Rehearsal


def main(report: Report) -> None:
    """Every page on each database, over and over; the slowest page's 95th percentile counts."""
    for kind in ("sqlite", "postgresql"):
        machine()
        with places() as found:
            begun = time.monotonic()
            line = store(found, kind, QUICK_CONTACTS if report.quick else CONTACTS)
            print(f"stored on {kind} in {time.monotonic() - begun:.0f} s", flush=True)
            taken = _measure(line, QUICK_ROUNDS if report.quick else ROUNDS)
            line.database.close()
        _tell(report, kind, taken)


def _tell(report: Report, kind: str, taken: dict[str, list[tuple[float, float]]]) -> None:
    """By the clock, and by the processors' time (the database's server included): on a busy
    machine only the second says what a page costs."""
    rows = [
        (name, median(w for w, _ in ms), _p95(w for w, _ in ms), _p95(c for _, c in ms))
        for name, ms in taken.items()
    ]
    rows.sort(key=lambda row: -row[2])
    table(
        f"Milliseconds until a page is there, {kind}",
        ("page", "median", "p95", "processor p95"),
        [(name, f"{half:.0f}", f"{most:.0f}", f"{cost:.0f}") for name, half, most, cost in rows],
    )
    slowest, _, most, _ = rows[0]
    report.most(f"panel {kind}: p95 of the slowest page ({slowest})", most, BAR_MS, " ms")
    dearest, _, _, cost = max(rows, key=lambda row: row[3])
    report.most(f"panel {kind}: p95 of processor time ({dearest})", cost, BAR_MS, " ms")


def _p95(taken: Iterable[float]) -> float:
    ordered = sorted(taken)
    return ordered[ceil(0.95 * len(ordered)) - 1]


def supervisor_of(line: Line) -> Desk:
    """A supervisor who is signed in."""
    desk = Desk(_Stage(line, _Rehearsal(create_app(line))))  # type: ignore[arg-type]
    return desk.sign_in_as("supervisor")


def _measure(line: Line, rounds: int) -> dict[str, list[tuple[float, float]]]:
    desk = supervisor_of(line)
    paths = {name: _CLIENT.sub(public_id(1), path) for name, path in pages_of(desk).items()}
    paths["conversations-of-few"] = f"/admin/conversations/{public_id(2)}"
    paths["conversations-older"] = "/admin/conversations?before=" + _before(desk)
    fields = {"csrf_token": desk.form_token("/admin/clients/find"), "who": "mary"}
    taken: dict[str, list[tuple[float, float]]] = {}

    def timed(name: str, act: Callable[[], TestResponse]) -> None:
        cost, begun = processor_seconds(line.database), time.perf_counter()
        with act() as answer:
            is_page = answer.status_code == 200 and answer.get_data()
        wall, used = time.perf_counter() - begun, processor_seconds(line.database) - cost
        if is_page:
            taken.setdefault(name, []).append((wall * 1000, used * 1000))

    for _ in range(rounds):
        for name, path in paths.items():
            timed(name, lambda path=path: desk.open(path))  # type: ignore[misc]
        timed("find by name", lambda: desk.client.post("/admin/clients/find", data=fields))
    return taken


def _before(desk: Desk) -> str:
    return desk.read("/admin/conversations").rpartition("before=")[2].split('"')[0]
