"""A weekly circle with 100 000 people: how long planning takes, in how much memory, and whether
an urgent text that comes meanwhile still pages at once."""

from __future__ import annotations

import resource
import threading
import time
from datetime import timedelta

from pydantic import SecretStr
from sqlalchemy import func, insert, select, update

from bot.calendar import dates
from bot.inbound import Inbound, receive
from bot.line import Line
from bot.reminders import sending
from records import migrate
from records.clock import SystemClock
from records.database import Database
from records.ids import new_id
from records.keyring import KeyRing
from records.models import Appointment, Message, Occurrence, Reminder
from scheduler import duties
from service import compose, seed
from service.line_config import line_config
from service.settings import Settings
from tests.bench.places import Places, places
from tests.bench.report import Report, table
from tests.carrier import ScriptedCarrier
from tests.people_in_bulk import BATCH, clients

PEOPLE, QUICK = 100_000, 5_000
MOST_SENT = 2_000
MOST_SECONDS, MOST_MB, MOST_URGENT_SECONDS = 30.0, 64.0, 1.0
DANGER = "hes outside the door w a knife"


def main(report: Report) -> None:
    people = QUICK if report.quick else PEOPLE
    rows = []
    with places() as made:
        for kind in ("sqlite", "postgresql"):
            rows.append((kind, *_measure(report, made, kind, people)))
    header = (
        "database",
        "people",
        "planned",
        "seconds",
        "CPU s",
        "MB more",
        "longest urgent, s",
        "moved, s",
        "sent/s",
    )
    table("A weekly circle is planned for everybody", header, rows)


def _measure(report: Report, made: Places, kind: str, people: int) -> tuple[object, ...]:
    line = _line(made, kind)
    occurrence_id = _circle(line, people)
    urgent: list[float] = []
    before = _megabytes()
    cpu = time.process_time()
    seconds = _plan(line, occurrence_id, urgent)
    cpu = time.process_time() - cpu
    more = _megabytes() - before
    with line.database.read() as session:
        planned = session.scalar(select(func.count()).select_from(Reminder)) or 0
    begun = time.monotonic()
    _move(line, occurrence_id)
    moved = time.monotonic() - begun
    sent, rate = _send(line, min(people, MOST_SENT))
    report.bar(f"fan-out, {kind}: every reminder planned", str(planned), str(2 * people),
               planned == 2 * people)  # fmt: skip
    report.most(f"fan-out, {kind}: planned in", seconds, MOST_SECONDS, " s")
    report.most(f"fan-out, {kind}: memory", more, MOST_MB, " MB")
    report.bar(f"fan-out, {kind}: news of the move sent", str(sent), "> 0", sent > 0)
    report.most(f"fan-out, {kind}: longest urgent text", max(urgent), MOST_URGENT_SECONDS, " s")
    line.database.close()
    return people, planned, *(f"{n:.1f}" for n in (seconds, cpu, more, max(urgent), moved, rate))


def _line(made: Places, kind: str) -> Line:
    url = made.url(kind, f"fanout_{kind}")
    database = Database(url)
    migrate.upgrade(database)
    settings = Settings(
        _env_file=None,
        database_url=url,
        key_store_url=f"sqlite:///{made.folder / f'fanout_{kind}_keys.db'}",
        sealing_keys=SecretStr(KeyRing.new_part("bench")),
        send_rate=1e6,
        quiet_hours="0-0",
    )
    clock = SystemClock()
    vault, config = compose.vault_for(settings, clock), line_config(settings)
    line = compose.assemble(config, database, vault, clock, ScriptedCarrier(clock))
    seed.seed(line)
    return line


def _circle(line: Line, people: int) -> int:
    """A circle in ten days with everybody in it, nobody reminded yet."""
    now = line.now()
    first = line.local(now + timedelta(days=10)).replace(hour=18, minute=0)
    terms = dates.Terms("circle", "Bench circle", f"{first:%Y-%m-%dT%H:%M}", "FREQ=WEEKLY")
    with line.database.write() as session:
        event = dates.add_event(session, terms, 1, now)
        occurrence_id = session.scalars(
            select(Occurrence.id)
            .where(Occurrence.event_id == event.id)
            .order_by(Occurrence.starts_at)
        ).first()
        assert occurrence_id is not None
    ids = clients(line, people, now)
    for start in range(0, people, BATCH):
        seats = [
            {"id": new_id(), "occurrence_id": occurrence_id, "contact_id": n, "booked_at": now}
            for n in ids[start : start + BATCH]
        ]
        with line.database.write() as session:
            session.execute(insert(Appointment), seats)
    return occurrence_id


def _plan(line: Line, occurrence_id: int, urgent: list[float]) -> float:
    """Seconds to plan for all, as the scheduler does; texts of danger come in meanwhile."""
    with line.database.write() as session:
        session.execute(
            update(Occurrence).where(Occurrence.id == occurrence_id).values(plan_after=0)
        )
    done = threading.Event()
    texter = threading.Thread(target=_texts_of_danger, args=(line, done, urgent))
    texter.start()
    begun = time.monotonic()
    while sending.plan_on(line, line.now()):
        pass
    seconds = time.monotonic() - begun
    done.set()
    texter.join()
    return seconds


def _texts_of_danger(line: Line, done: threading.Event, took: list[float]) -> None:
    n = 0
    while not done.is_set() or not took:
        n, begun = n + 1, time.monotonic()
        number = f"+1613{9_000_000 + n:07d}"
        receive(line, Inbound(f"SMurgent{n:024d}", number, "", DANGER, line.now()))
        with line.database.read() as session:
            pages = session.scalar(
                select(func.count()).where(Message.staff_id.is_not(None), Message.lane == 0)
            )
        assert pages, "a text of danger pages whoever is on call"
        took.append(time.monotonic() - begun)
        done.wait(0.2)


def _move(line: Line, occurrence_id: int) -> None:
    """Everybody is told of another day and planned for anew."""
    first = line.local(line.now() + timedelta(days=11)).replace(hour=18, minute=0)
    with line.database.write() as session:
        dates.move(session, line, occurrence_id, f"{first:%Y-%m-%dT%H:%M}", 1, line.now())
    while sending.plan_on(line, line.now()):
        pass


def _send(line: Line, most: int) -> tuple[int, float]:
    """How many who are told of the new day were sent it, and how many a second, each settled and
    handed over as one scheduler with one sender does; the carrier answers at once."""
    carrier = line.gateway
    assert isinstance(carrier, ScriptedCarrier)
    before, begun = len(carrier.taken), time.monotonic()
    while len(carrier.taken) - before < most:
        stood = len(carrier.taken)
        sending.run(line, line.now())
        duties.send_due(line, line.now())
        if len(carrier.taken) == stood:
            break
    sent = len(carrier.taken) - before
    return sent, sent / (time.monotonic() - begun)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
