"""Two transactions of one thread: told at once, never a line that stands still."""

import threading

import pytest
from sqlalchemy import text

from records.database import Database


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
        thread.join(10)
    assert came == [0, 1, 2, 3, 4]
    database.close()


def _until_it_waits(database: Database, how_many: int) -> None:
    turn = database._turn
    assert turn is not None
    for _ in range(1_000_000):
        if len(turn._waiting) == how_many:
            return
    raise AssertionError("the thread never came")


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
