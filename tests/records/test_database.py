"""Two transactions of one thread: told at once, never a line that stands still."""

import sqlite3
import threading

import pytest
from sqlalchemy import text

from records.database import Database
from tests.scheduler.test_live import until


def test_a_thread_that_would_wait_for_itself_is_told(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    with (
        database.write(),
        pytest.raises(RuntimeError, match="finish it first"),
        database.write(),
    ):
        pass
    with database.write():  # the line goes on
        pass
    database.close()


def test_in_memory_a_look_inside_a_look_is_told() -> None:
    database = Database("sqlite://")
    with database.read(), pytest.raises(RuntimeError, match="finish it first"), database.read():
        pass
    database.close()


def test_other_threads_wait_for_their_turn_in_order(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    came: list[int] = []

    def write(number: int) -> None:
        with database.write():
            came.append(number)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(5)]
    with database.write():
        for thread in threads:
            thread.start()
            _until_it_waits(database, threads.index(thread) + 1)
    for thread in threads:
        thread.join(60)
    assert came == [0, 1, 2, 3, 4]
    database.close()


def test_the_connection_that_was_used_last_is_lent_first(database: Database) -> None:
    """It has its statements prepared and its pages read; the others wait until they are needed."""
    first, last = database.engine.connect(), database.engine.connect()
    warm = last.connection.dbapi_connection
    first.close()
    last.close()
    with database.engine.connect() as again:
        assert again.connection.dbapi_connection is warm


def test_sqlite_seldom_stops_to_put_its_pages_away_and_waits_for_the_disk(tmp_path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    with database.write() as session:
        assert session.scalar(text("PRAGMA wal_autocheckpoint")) == 4000
        assert session.scalar(text("PRAGMA synchronous")) == 2
    database.close()


def _until_it_waits(database: Database, how_many: int) -> None:
    turn = database._turn
    assert turn is not None
    until(lambda: len(turn._waiting) == how_many)


def test_a_sqlite_file_keeps_what_was_said_through_a_power_cut(tmp_path) -> None:
    """Every connection writes ahead, waits for the disk, keeps rows whole and wipes what goes."""
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 10_000,
        "secure_delete": 1,
    }
    with database.read() as first, database.write() as second, database.engine.connect() as third:
        for connection in (first.connection(), second.connection(), third):
            asked = {name: f"PRAGMA {name}" for name in wanted}
            got = {name: connection.exec_driver_sql(sql).scalar() for name, sql in asked.items()}
            assert got == wanted
    database.close()


def test_who_writes_has_the_file_at_once_and_who_reads_waits_for_nobody(tmp_path) -> None:
    path = tmp_path / "line.db"
    database = Database(f"sqlite:///{path}")
    with database.write() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    stranger = sqlite3.connect(path, timeout=0, isolation_level=None)
    with database.write() as writing:
        writing.connection()  # nothing was written yet: a second writer is turned away all the same
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            stranger.execute("BEGIN IMMEDIATE")
        writing.execute(text("INSERT INTO note VALUES ('hi')"))
        with database.read() as reading:
            assert reading.scalar(text("SELECT count(*) FROM note")) == 0
    with database.read() as reading:
        assert reading.scalar(text("SELECT count(*) FROM note")) == 1
        stranger.execute("BEGIN IMMEDIATE")  # somebody who looks keeps nobody from writing
        stranger.execute("COMMIT")
    stranger.close()
    database.close()


def test_behind_a_pooler_nothing_is_left_on_a_connection(pg_server: str) -> None:
    """Statements that the server was made to remember would be looked for on another one."""
    found = {}
    for name, address in (("own", pg_server), ("lent", _with(pg_server, "pooler=transaction"))):
        database = Database(address)
        with database.read() as session:
            for n in range(12):
                session.execute(text("SELECT CAST(:n AS integer)"), {"n": n})
            found[name] = session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
        database.close()
    assert found == {"own": 1, "lent": 0}


def _with(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"
