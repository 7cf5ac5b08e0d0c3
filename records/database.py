"""One way to read and one way to write, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool

BUSY_TIMEOUT_MS = 10_000
#: So many pages (of 4 KiB) SQLite writes beside the file before the next commit puts them into it:
#: a text takes 7 to 17, and with SQLite's own 1000 one text in sixty paid for that.
PAGES_BEHIND = 4000
# Weighing how to find a round's people took the server three times as long as all the rest of it.
# A plan that was made while a table was small must not read the whole of it for ever.
_KEEP_PLANS = text(
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', true),"
    " set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),"
    " set_config('enable_mergejoin', 'off', true)"
)

# The connection that was used last is lent first: it has its statements prepared and its pages
# read. Lent in turn, each of a process's eight stays cold, and reads anew what another one wrote.
_POOL: dict[str, Any] = {"pool_use_lifo": True}

# A host that lost its power says nothing: by itself Linux goes on for a quarter of an hour with
# a statement that nobody takes, and asks after two hours whether a quiet connection still lives.
_WIRE: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}

#: PostgreSQL ended one of two that waited for each other, or whose work does not go together.
_CROSSWISE = ("40P01", "40001")


def is_collision(error: Exception) -> bool:
    """Did a transaction only stand in another's way? The same may be tried again at once."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, sqlite3.Error):
        # Another process kept the file for longer than we wait (BUSY_TIMEOUT_MS).
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(cause, "sqlstate", None) in _CROSSWISE


class FairLock:
    """A lock that serves threads in the order they came.

    SQLite's own busy handler is unfair: one of four writers can wait for seconds.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False
        self._owner: int | None = None

    def acquire(self) -> None:
        """Waits for its turn. Raises RuntimeError where a thread would wait for itself for ever."""
        me = threading.get_ident()
        with self._guard:
            if self._held and self._owner == me:
                raise RuntimeError("this thread has a transaction open already: finish it first")
            if not self._held:
                self._held, self._owner = True, me
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()
        self._owner = me

    def release(self) -> None:
        with self._guard:
            self._owner = None
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._held = False


class Database:
    """An engine with its two kinds of transaction.

    `read()` never blocks behind a writer; `write()` takes SQLite's write lock at once
    (BEGIN IMMEDIATE), after a fair queue within the process, and commits at the end.
    """

    def __init__(self, url: str, *, pool_size: int = 16) -> None:
        self.url: URL = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            _sqlite_engine(self.url) if self.is_sqlite else _pg_engine(self.url, pool_size)
        )
        #: Does a pooler lend server connections for one transaction each?
        self.is_pooled = self.url.query.get("pooler") == "transaction"
        self._read = self._sessions("DEFERRED")
        self._write = self._sessions("IMMEDIATE")
        self._turn: FairLock | None = FairLock() if self.is_sqlite else None

    def _sessions(self, begin: str) -> sessionmaker[Session]:
        if not self.is_sqlite:
            return sessionmaker(self.engine, expire_on_commit=False)
        # The same connections through an engine without listeners: with one, every statement
        # asks for all kinds of them, which is a tenth of what a text costs.
        made = sessionmaker(create_engine(self.url, pool=self.engine.pool), expire_on_commit=False)

        @event.listens_for(made, "after_begin")
        def _begin(session: Session, transaction: object, connection: Connection) -> None:
            if not connection.in_nested_transaction():
                connection.exec_driver_sql(f"BEGIN {begin}")

        return made

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for memory and for PostgreSQL."""
        name = self.url.database
        return Path(name) if self.is_sqlite and name and name != ":memory:" else None

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """A session for looking only: nothing is kept, and rows stay readable afterwards."""
        with self._memory_turn(), self._read() as session:
            # Closing rolls back; an explicit rollback would first make every row unreadable.
            yield session

    @contextlib.contextmanager
    def write(self) -> Iterator[Session]:
        """A session whose work is kept whole at the end, or not at all when it raises."""
        if self._turn:
            self._turn.acquire()
        try:
            with self._write.begin() as session:
                yield session
        finally:
            if self._turn:
                self._turn.release()

    def apart(self) -> Any:
        """A connection of PostgreSQL's own library outside the pool, for whoever listens on it.

        Raises SQLAlchemyError when there is none; to be closed by its owner.
        """
        lent = self.engine.raw_connection()
        lent.detach()
        return lent.dbapi_connection

    def keep_plans(self, session: Session) -> None:
        """Until this transaction ends PostgreSQL takes the plan it has for a statement, by index,
        instead of weighing it anew each time: for the few statements that every text asks."""
        if not self.is_sqlite:
            session.connection().execute(_KEEP_PLANS)

    def _memory_turn(self) -> contextlib.AbstractContextManager[Any]:
        # A database in memory is one connection: readers must queue with writers.
        if self.is_sqlite and self.path is None and self._turn:
            return _Held(self._turn)
        return contextlib.nullcontext()

    def close(self) -> None:
        self.engine.dispose()


class _Held:
    def __init__(self, lock: FairLock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *exc: object) -> None:
        self._lock.release()


def _pg_engine(url: URL, pool_size: int) -> Engine:
    """`?pooler=transaction` in the address: PgBouncer stands between and lends a server
    connection for one transaction, so that nothing may be left on it (docs/operating)."""
    # A statement that hangs must not hold a webhook longer than the carrier waits.
    options = "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=60000"
    settings: dict[str, Any] = {"options": options}
    if url.query.get("pooler") == "transaction":
        settings = {"prepare_threshold": None}
    plain = url.difference_update_query(["pooler"])
    wire = {name: plain.query.get(name, value) for name, value in _WIRE.items()}
    return create_engine(
        plain,
        pool_size=pool_size,
        max_overflow=4,
        **_POOL,
        pool_timeout=8,
        pool_pre_ping=True,
        connect_args={**wire, **settings},
    )


def _sqlite_engine(url: URL) -> Engine:
    in_memory = url.database in (None, "", ":memory:")
    kwargs: dict[str, Any] = {"connect_args": {"check_same_thread": False}}
    if in_memory:
        kwargs["poolclass"] = StaticPool
    else:
        Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
        kwargs |= {"pool_size": 16, "max_overflow": 8, **_POOL}
    engine = create_engine(url, **kwargs)

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            f"wal_autocheckpoint = {PAGES_BEHIND}",
            "foreign_keys = ON",
            "secure_delete = ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine
