"""How many texts a second we take in, against bare Flask with one durable row and RapidSMS."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import update

from records.models import Contact, Message
from records.models.messages import State
from tests.bench.load import Result, Shot, Texting, fire
from tests.bench.peer_server import peer
from tests.bench.places import Places, places
from tests.bench.report import Report, machine, table
from tests.bench.servers import TOKEN, LineUnderTest, floor, workers_for
from tests.ports import free_port

#: So many that none of them texts so often that the line takes it for a flood.
PHONES = 2000
FLOOR, LINE, PEER = "bare Flask, one row", "the line", "RapidSMS 2.2.0"
SHARE_OF_FLOOR, PEERS, MOST_P99_MS = 0.5, 1.0, 60.0


@dataclass(frozen=True)
class Length:
    """How long: rounds at full speed, seconds of each, calm runs, seconds of each."""

    rounds: int
    seconds: float
    calm_runs: int
    calm_seconds: float


FULL, QUICK = Length(11, 2.0, 5, 4.0), Length(3, 1.0, 1, 2.0)


def main(report: Report) -> None:
    """On SQLite and on PostgreSQL: interleaved rounds, medians of the ratios of each round."""
    length = QUICK if report.quick else FULL
    for kind in ("sqlite", "postgresql"):
        machine()
        with places() as found:
            _measure(report, found, kind, length)


def _measure(report: Report, found: Places, kind: str, length: Length) -> None:
    workers = workers_for(kind)
    ports = {name: free_port() for name in (FLOOR, LINE, PEER)}
    line = LineUnderTest(found.url(kind, "line"), found.folder / "line", ports[LINE])
    line.prepare()
    with contextlib.ExitStack() as running:
        start = running.enter_context
        start(floor(found.url(kind, "floor"), found.folder, ports[FLOOR], workers))
        start(line.web(workers))
        start(peer(found.url(kind, "peer"), found.folder, ports[PEER], workers))
        texting = Texting(line.public_url, TOKEN, PHONES)
        warm(ports, texting, line)
        found.count_rows()
        rounds = _rounds(ports, texting, line, length)
        calm = _calm(ports, texting, line, length, rounds[LINE])
    _tell(report, kind, rounds, calm)
    line.database.close()


def warm(ports: dict[str, int], texting: Texting, line: LineUnderTest) -> None:
    """Every phone has texted before and is known, and all code has run once."""
    for port in ports.values():
        fire_at(port, texting.shots(PHONES, each_phone_once=True), line)
    with line.database.write() as session:  # or so many new phones at once would get no answers
        session.execute(update(Contact).values(created_at=datetime.now(UTC) - timedelta(days=1)))


def _rounds(
    ports: dict[str, int], texting: Texting, line: LineUnderTest, length: Length
) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {name: [] for name in ports}
    names = list(ports)
    count = {
        name: int(fire_at(port, texting.shots(PHONES), line).rate * length.seconds)
        for name, port in ports.items()
    }
    for n in range(length.rounds):
        for name in names[n % 3 :] + names[: n % 3]:
            found[name].append(fire_at(ports[name], texting.shots(count[name]), line))
    return found


def fire_at(
    port: int, shots: Sequence[Shot], line: LineUnderTest, rate: float | None = None
) -> Result:
    result = fire(port, shots, rate)
    with line.database.write() as session:  # the carrier has taken what was queued
        session.execute(
            update(Message).where(Message.state == State.QUEUED).values(state=State.SENT)
        )
    return result


def _calm(
    ports: dict[str, int],
    texting: Texting,
    line: LineUnderTest,
    length: Length,
    full_speed: list[Result],
) -> dict[str, list[Result]]:
    """Latency at half of the line's saturation, for the floor and the line in turn."""
    rate = median(result.rate for result in full_speed) / 2
    count = int(rate * length.calm_seconds)
    return {
        name: [
            fire_at(ports[name], texting.shots(count), line, rate) for _ in range(length.calm_runs)
        ]
        for name in (FLOOR, LINE)
    }


def _tell(
    report: Report, kind: str, rounds: dict[str, list[Result]], calm: dict[str, list[Result]]
) -> None:
    table(
        f"Webhook on {kind}, {workers_for(kind)} process(es) of 8 threads: medians",
        ("", "texts/s", "p50 ms", "p99 ms", "failed", "p99 ms at half", "texts/s at half"),
        [
            (name, *_cells(results), *_calm_cells(calm.get(name)))
            for name, results in rounds.items()
        ],
    )
    to_floor = _ratios(rounds, FLOOR)
    to_peer = _ratios(rounds, PEER)
    p99 = median(result.p99 for result in calm[LINE])
    failed = sum(result.failures for result in rounds[LINE] + calm[LINE])
    spread = f"{min(to_floor):.2f} to {max(to_floor):.2f}"
    print(f"ratio to the floor by round: {spread}")
    report.least(f"webhook {kind}: of the floor", median(to_floor), SHARE_OF_FLOOR)
    report.least(f"webhook {kind}: of RapidSMS", median(to_peer), PEERS)
    report.most(f"webhook {kind}: p99 at half of saturation", p99, MOST_P99_MS, " ms")
    report.most(f"webhook {kind}: failed answers", failed, 0)


def _ratios(rounds: dict[str, list[Result]], other: str) -> list[float]:
    pairs = zip(rounds[LINE], rounds[other], strict=True)
    return [ours.rate / theirs.rate for ours, theirs in pairs]


def _cells(results: list[Result]) -> tuple[str, ...]:
    return (
        f"{median(r.rate for r in results):.0f}",
        f"{median(r.p50 for r in results):.1f}",
        f"{median(r.p99 for r in results):.1f}",
        str(sum(r.failures for r in results)),
    )


def _calm_cells(results: list[Result] | None) -> tuple[str, str]:
    if results is None:
        return "", ""
    return f"{median(r.p99 for r in results):.1f}", f"{median(r.rate for r in results):.0f}"
