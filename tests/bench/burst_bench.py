"""A thousand phones text in the same instant: is everybody answered, and how late?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from records.models import Contact, Message
from tests.bench.load import Result, Texting, fire
from tests.bench.places import Places, places
from tests.bench.report import Report, machine, table
from tests.bench.servers import TOKEN, LineUnderTest, workers_for
from tests.ports import free_port

CLIENTS, QUICK_CLIENTS = 1_000, 200
ROUNDS, QUICK_ROUNDS = 3, 1
#: The carrier gives up after 15 s and never asks again: later is lost, until it is fetched.
MOST_P99_MS = 15_000.0


def main(report: Report) -> None:
    """Each client on a connection of its own, all at once, on each database."""
    clients = QUICK_CLIENTS if report.quick else CLIENTS
    rounds = QUICK_ROUNDS if report.quick else ROUNDS
    rows = []
    for kind in ("sqlite", "postgresql"):
        machine()
        with places() as found:
            rows += _measure(report, found, kind, clients, rounds)
    header = ("database", "clients", "answers/s", "p50 ms", "p99 ms", "failed")
    table(f"{clients} clients text at once", header, rows)


def _measure(
    report: Report, found: Places, kind: str, clients: int, rounds: int
) -> list[tuple[str, ...]]:
    line = LineUnderTest(found.url(kind, "burst"), found.folder / "line", free_port())
    line.prepare()
    results: list[Result] = []
    with line.web(workers_for(kind)):
        texting = Texting(line.public_url, TOKEN, clients)
        fire(line.port, texting.shots(clients, each_phone_once=True))
        with line.database.write() as session:  # so many new phones at once get no answers
            known = datetime.now(UTC) - timedelta(days=1)
            session.execute(update(Contact).values(created_at=known))
        for _ in range(rounds):
            shots = texting.shots(clients, each_phone_once=True)
            results.append(fire(line.port, shots, connections=clients))
    with line.database.read() as session:
        inbound = select(func.count()).where(Message.direction == "inbound")
        kept = session.scalar(inbound.where(Message.carrier_sid.like("SM%"))) or 0
    line.database.close()
    sent = clients * (rounds + 1)
    report.bar(f"burst {kind}: texts kept", str(kept), f">= {sent}", kept >= sent)
    report.most(f"burst {kind}: p99", max(one.p99 for one in results), MOST_P99_MS, " ms")
    report.most(f"burst {kind}: failed answers", sum(one.failures for one in results), 0)
    return [
        (kind, str(clients), *(f"{n:.0f}" for n in (one.rate, one.p50, one.p99, one.failures)))
        for one in results
    ]
