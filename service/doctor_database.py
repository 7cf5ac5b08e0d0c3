"""Looks at the database: does it answer, has it our tables, is it sound, does it let go in time?"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import text

from bot import directory
from records import migrate
from records.database import Database
from service.findings import Finding

#: What a process sets itself for each of its connections, unless a pooler lends them.
LIMITS = ("statement_timeout", "idle_in_transaction_session_timeout")


def look(database: Database) -> Iterator[Finding]:
    """Raises SchemaError when the tables are not this program's."""
    migrate.check(database)
    yield Finding("database", True, f"answers, tables at revision {migrate.head()}")
    yield _soundness(database)
    yield _directory(database)
    if database.is_pooled:
        yield _limits(database)


def _soundness(database: Database) -> Finding:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            found = str(connection.exec_driver_sql("PRAGMA quick_check").scalar())
        else:
            query = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"
            bad = connection.scalar(text(query))
            found = "ok" if not bad else f"{bad} broken indexes"
    mend = "stop the line and restore the newest backup"
    return Finding("database sound", found == "ok", found, mend)


def _directory(database: Database) -> Finding:
    """Are the numbers that clients are told those of this version?"""
    with database.read() as session:
        behind = directory.behind(session)
    what = f"{behind} services are not as this version has them" if behind else "this version's"
    return Finding("directory", not behind, what, "run 'alluriarniq migrate' ('run' does it too)")


def _limits(database: Database) -> Finding:
    """A statement that hangs would hold a webhook for longer than the carrier waits."""
    with database.engine.connect() as connection:
        endless = [name for name in LIMITS if connection.scalar(text(f"SHOW {name}")) == "0"]
    what = f"behind a pooler without {', '.join(endless)}" if endless else "set for the pooler"
    mend = "ALTER DATABASE ... SET them (docs/operating/many-machines.md)"
    return Finding("database limits", not endless, what, mend)
