"""The line behind PgBouncer in transaction mode: few connections for many threads, nothing left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot import together
from bot.inbound import receive
from bot.line import Line, LineConfig
from bot.opening import Inbound
from records import audit, migrate, transfer
from records.clock import ManualClock
from records.database import Database
from records.models import AuditEntry, Message
from records.vault import Vault
from scheduler import jobs
from scheduler.duties import send_due
from scheduler.senders import SENDERS, Senders
from scheduler.watchdog import Watchdog
from service import compose, doctor_database
from tests.carrier import ScriptedCarrier
from tests.pooler import Pooler
from tests.records.conftest import Places
from tests.scheduler.test_live import until

MOST = 3
PHONES, TEXTS = 12, 3
LIMIT = "statement_timeout"


class Lent:
    """A database by two ways: `own` straight to the server, `url` and `open` by the pooler."""

    def __init__(self, own: Database, pooler: Pooler) -> None:
        self.own = own
        self.url = pooler.url(str(own.url.database))
        self._open: list[Database] = []

    def open(self) -> Database:
        """As one more process of the line would."""
        self._open.append(Database(self.url))
        return self._open[-1]

    def asked(self, query: str, **values: object) -> list[object]:
        """What the server itself says of this database."""
        with self.own.engine.connect() as connection:
            found = connection.execute(text(query), {"name": self.own.url.database, **values})
            return list(found.scalars())

    def done(self, statement: str) -> None:
        """Done on the server itself."""
        with self.own.engine.begin() as connection:
            connection.execute(text(statement))

    def close(self) -> None:
        for one in self._open:
            one.close()


def lent(places: Places, folder: Path, most: int, template: str) -> Iterator[Lent]:
    own = places("postgresql", template)
    with Pooler(own.url.render_as_string(hide_password=False), folder, most) as pooler:
        made = Lent(own, pooler)
        yield made
        made.close()


@pytest.fixture
def few(
    places: Places, tmp_path_factory: pytest.TempPathFactory, pg_migrated: str
) -> Iterator[Lent]:
    yield from lent(places, tmp_path_factory.mktemp("pooler"), MOST, pg_migrated)


@pytest.fixture
def one(
    places: Places, tmp_path_factory: pytest.TempPathFactory, pg_migrated: str
) -> Iterator[Lent]:
    """Everybody is lent the very same connection, one after the other."""
    yield from lent(places, tmp_path_factory.mktemp("pooler"), 1, pg_migrated)


def line_on(database: Database, config: LineConfig, vault: Vault, carrier: ScriptedCarrier) -> Line:
    return compose.assemble(config, database, vault, carrier.clock, carrier)


def said(line: Line, number: str, n: int) -> Inbound:
    return Inbound(f"SM{number[-4:]}{n:028}", number, "", f"hello {n}", line.now())


def at_once(*works: Callable[[], object]) -> None:
    """All of them in threads of their own; the first thing that any of them raised is raised."""
    raised: list[BaseException] = []

    def guarded(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # raised below, in the test's own thread
            raised.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "somebody waits for ever for a connection"
    for error in raised:
        raise error


def test_more_threads_than_connections_answer_everybody_once(
    few: Lent, config: LineConfig, vault: Vault, clock: ManualClock
) -> None:
    """Two web processes' threads, a scheduler and two senders, on three server connections."""
    carrier = ScriptedCarrier(clock)
    lines = [line_on(few.open(), config, vault, carrier) for _ in range(3)]
    numbers = [f"+161355501{n:02}" for n in range(PHONES)]
    most: list[int] = []
    over = threading.Event()

    def texts(line: Line, number: str) -> None:
        for n in range(TEXTS):
            receive(line, said(line, number, n))

    def watch() -> None:
        while not over.wait(0.01):
            query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
            most.append(
                int(str(few.asked(f"{query} AND datname = :name AND pid <> pg_backend_pid()")[0]))
            )

    watcher = threading.Thread(target=watch)
    watcher.start()
    at_once(
        *[partial(texts, lines[n % 2], number) for n, number in enumerate(numbers)],
        partial(jobs.run_due, lines[2], clock.now()),
        *[partial(send_due, line, clock.now()) for line in lines[1:]],
    )
    over.set()
    watcher.join()
    send_due(lines[2], clock.now())
    with few.own.read() as session:
        kept = session.scalars(select(Message.carrier_sid).where(Message.direction == "inbound"))
        assert len(set(kept)) == PHONES * TEXTS
        queued = select(Message.id).where(Message.direction == "outbound", Message.contact_id > 0)
        assert len(carrier.taken) == len(session.scalars(queued).all())
    assert {one.to for one in carrier.taken} == set(numbers)
    assert most and max(most) <= MOST


def test_nothing_is_left_on_a_connection_for_whoever_is_lent_it_next(
    one: Lent, config: LineConfig, vault: Vault, clock: ManualClock
) -> None:
    carrier = ScriptedCarrier(clock)
    line = line_on(one.open(), config, vault, carrier)
    asked = ("enable_seqscan", "plan_cache_mode", LIMIT)
    with one.open().read() as session:
        plain = [session.scalar(text(f"SHOW {name}")) for name in asked]
    for n in range(8):  # a statement that is asked often is what a driver would prepare
        receive(line, said(line, "+16135550141", n))
        receive(line, said(line, "+16135550142", n))
    assert together.take(line, [said(line, f"+161355501{n}", 9) for n in (41, 42)])  # its own plans
    migrate.upgrade(line.database)  # its own limits, and a lock
    with line.database.write() as session:
        audit.note(session, clock.now(), "test", "looked")
    next_one = one.open()
    with next_one.read() as session:
        for name, before in zip(asked, plain, strict=True):
            assert session.scalar(text(f"SHOW {name}")) == before, name
        for left in (
            "SELECT count(*) FROM pg_prepared_statements",
            "SELECT count(*) FROM pg_cursors WHERE name <> ''",
            "SELECT count(*) FROM pg_listening_channels()",
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database ="
            " (SELECT oid FROM pg_database WHERE datname = current_database())",
        ):
            assert session.scalar(text(left)) == 0, left
        assert session.scalars(select(AuditEntry)).all()


def test_those_that_migrate_through_it_wait_for_each_other(places: Places, tmp_path: Path) -> None:
    for made in lent(places, tmp_path, MOST, "template1"):
        at_once(*[partial(migrate.upgrade, made.open()) for _ in range(MOST)])
        migrate.check(made.own)


def test_the_line_moves_to_a_database_behind_it(
    places: Places, tmp_path: Path, vault: Vault, config: LineConfig, clock: ManualClock
) -> None:
    here = places("sqlite")
    migrate.upgrade(here)
    line = line_on(here, config, vault, ScriptedCarrier(clock))
    receive(line, said(line, "+16135550141", 1))
    for made in lent(places, tmp_path, MOST, "template1"):
        assert transfer.transfer(here, made.open()) > 0
        migrate.check(made.own)


def test_nobody_listens_through_it_and_texts_leave_all_the_same(
    few: Lent, config: LineConfig, vault: Vault, clock: ManualClock
) -> None:
    carrier = ScriptedCarrier(clock)
    line = line_on(few.open(), config, vault, carrier)
    senders = Senders(line, Watchdog({SENDERS: 60.0}))
    direct = Senders(line_on(few.own, config, vault, carrier), Watchdog({SENDERS: 60.0}))
    assert len(senders._threads) == len(direct._threads) - 1
    senders.start()
    receive(line, said(line, "+16135550141", 1))
    until(lambda: bool(carrier.taken))
    senders.stop()


def test_limits_that_nobody_sets_behind_it_are_asked_for(few: Lent) -> None:
    def found() -> tuple[bool, str]:
        there = few.open()
        finding = list(doctor_database.look(there))[-1]
        return finding.ok, finding.line()

    is_well, line = found()
    assert not is_well and LIMIT in line and "ALTER DATABASE" in line
    for limit in doctor_database.LIMITS:
        few.done(f"ALTER DATABASE {few.own.url.database} SET {limit} = '15s'")
    # They hold on connections that are made from now on: the lent ones are ended.
    few.done("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname ="
             " current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    assert found()[0]
    own = list(doctor_database.look(few.own))  # who asks the server itself sets them itself
    assert [one.name for one in own] == ["database", "database sound", "directory"]
