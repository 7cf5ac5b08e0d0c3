"""How long from a text in to its answer taken by the carrier, at twenty texts a second."""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from bot.outbox.gate import unfinished
from records.models import Contact, Message
from tests.bench.load import Texting, fire, rank
from tests.bench.places import Places, places
from tests.bench.report import Report, machine, table
from tests.bench.servers import TOKEN, LineUnderTest, carrier
from tests.ports import free_port

RATE, SECONDS, QUICK_SECONDS = 20.0, 30, 6
MOST_P99_S = 1.0
DRAIN_SECONDS, INTRODUCED_SECONDS = 20.0, 120.0


def main(report: Report) -> None:
    """SQLite: one `run` with its simulator. PostgreSQL: web, scheduler and simulator."""
    for kind in ("sqlite", "postgresql"):
        machine()
        with places() as found, contextlib.ExitStack() as running:
            line = _start(found, kind, running)
            _measure(report, kind, line)
            line.database.close()


def _start(found: Places, kind: str, running: contextlib.ExitStack) -> LineUnderTest:
    port, carrier_port = free_port(), free_port()
    url = found.url(kind, "line")
    if kind == "sqlite":
        line = LineUnderTest(url, found.folder / "line", port)
        running.enter_context(line.run())
        return line
    line = LineUnderTest(url, found.folder / "line", port, f"http://127.0.0.1:{carrier_port}")
    line.prepare()
    running.enter_context(carrier(line, carrier_port))
    running.enter_context(line.web(2))
    running.enter_context(line.scheduler())
    return line


def _measure(report: Report, kind: str, line: LineUnderTest) -> None:
    count = int(RATE * (QUICK_SECONDS if report.quick else SECONDS))
    # Each text from a phone of its own, so that every text has one first answer.
    texting = Texting(line.public_url, TOKEN, count)
    _texted_yesterday(line, texting, count)
    result = fire(line.port, texting.shots(count, each_phone_once=True), RATE)
    waits, unanswered = _waits(line, result.begun)
    if not waits:
        report.bar(f"reply {kind}: p99", "no answer", f"< {MOST_P99_S} s", False)
        return
    p50, p99 = rank(waits, 0.5), rank(waits, 0.99)
    table(
        f"Text in to answer taken by the carrier, {kind}, {RATE:.0f} texts/s",
        ("texts", "answered", "p50 s", "p99 s", "longest s", "webhook p99 ms"),
        [(count, len(waits), f"{p50:.3f}", f"{p99:.3f}", f"{waits[-1]:.3f}", f"{result.p99:.0f}")],
    )
    report.bar(f"reply {kind}: p99", f"{p99:.2f} s", f"< {MOST_P99_S:g} s", p99 < MOST_P99_S)
    report.most(f"reply {kind}: texts without an answer", unanswered, 0)


def _texted_yesterday(line: LineUnderTest, texting: Texting, count: int) -> None:
    """So many new phones in one hour would get no answers, and a first contact is three texts:
    these have texted before, and have been told who reads."""
    fire(line.port, texting.shots(count, each_phone_once=True), RATE)
    with line.database.write() as session:
        session.execute(update(Contact).values(created_at=datetime.now(UTC) - timedelta(days=1)))
    fire(line.port, texting.shots(count, each_phone_once=True), RATE)
    until = time.monotonic() + INTRODUCED_SECONDS
    while _unsent(line) and time.monotonic() < until:
        time.sleep(0.5)


def _unsent(line: LineUnderTest) -> int:
    with line.database.read() as session:
        return session.scalar(select(func.count()).where(unfinished())) or 0


def _waits(line: LineUnderTest, begun: dict[str, float]) -> tuple[list[float], int]:
    """Seconds for each text, in order, and how many had no answer after DRAIN_SECONDS.

    The end is when the sender wrote down the carrier's yes: a little later than the yes itself.
    """
    until = time.monotonic() + DRAIN_SECONDS
    while True:
        taken = _taken(line)
        waits = sorted(taken[sid] - at for sid, at in begun.items() if sid in taken)
        if len(waits) == len(begun) or time.monotonic() > until:
            return waits, len(begun) - len(waits)
        time.sleep(0.5)


def _taken(line: LineUnderTest) -> dict[str, float]:
    answer = aliased(Message)
    query = (
        select(Message.carrier_sid, func.min(answer.sent_at))
        .join(answer, answer.contact_id == Message.contact_id)
        .where(
            Message.direction == "inbound", answer.seq > Message.seq, answer.sent_at.is_not(None)
        )
        .where(answer.direction == "outbound")
        .group_by(Message.carrier_sid)
    )
    with line.database.read() as session:
        return {str(sid): at.timestamp() for sid, at in session.execute(query)}
