"""Two transactions in the same moment, for tests on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy import text

from records.database import Database


class Beside:
    """`act` in a thread of its own, begun while the test holds what it will wait for."""

    def __init__(self, database: Database, act: Callable[[], object]) -> None:
        self._act = act
        self._wrong: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        while self._thread.is_alive() and not somebody_waits(database):
            pass
        assert self._thread.is_alive(), f"it waits for what is held just now {self._wrong}"

    def _run(self) -> None:
        try:
            self._act()
        except BaseException as error:
            self._wrong.append(error)

    def ends(self) -> None:
        """Waits until it is over. Raises what went wrong in it."""
        self._thread.join()
        for error in self._wrong:
            raise error


def somebody_waits(database: Database) -> bool:
    """Does a transaction wait for what another holds?"""
    with database.read() as session:
        return bool(session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
