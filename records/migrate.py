"""Brings the tables to this program's shape step by step, and refuses a shape it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from records import schema
from records.database import Database
from records.errors import SchemaError

FOLDER = Path(__file__).parent / "migrations"
#: Any number will do, so long as every process of this program asks for the same one.
ADVISORY_LOCK = 7_319_002
VERSION_TABLE = "alembic_version"
#: From this revision on the tables say themselves which older programs they serve.
SAYS_SO = "0032"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision this program knows."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise SchemaError("this program holds no migrations: install it again.")
    return newest


def current(database: Database) -> str | None:
    """The revision of the tables; None for an empty database."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> None:
    """Runs what is missing, all of it or nothing. One process at a time.

    Raises SchemaError when the tables were made by a newer program or `to` is unknown.
    """
    known(to)
    with _alone(database) as connection:
        _refuse_newer(connection)
        build(connection, to)


def downgrade(database: Database, to: str) -> None:
    """Undoes steps down to revision `to` ("base" for all), all of it or nothing."""
    known(to)
    with _alone(database) as connection:
        _refuse_newer(connection)
        command.downgrade(_config(connection), to)
        _say_whom_they_serve(connection)


def go(database: Database, to: str, *, down: bool = False) -> tuple[str | None, str | None]:
    """Goes up or down to revision `to`; the revisions before and after.

    Raises SchemaError as `upgrade` does, and when that is a way down and `down` is not set:
    what newer tables hold is lost on it.
    """
    known(to)
    before = current(database)
    order = [None, *revisions()]
    wanted = {"head": head(), "base": None}.get(to, to)
    if before == wanted:
        return before, before
    if before not in order or order.index(wanted) > order.index(before):
        upgrade(database, to)
    elif not down:
        raise SchemaError(
            f"going back from {before} to {to} loses what newer tables hold: make a backup, "
            "then add --down. Nothing was changed."
        )
    else:
        downgrade(database, to)
    return before, current(database)


def build(connection: Connection, to: str = "head") -> None:
    """Brings the tables up to `to` within the caller's own transaction."""
    command.upgrade(_config(connection), to)
    _say_whom_they_serve(connection)


def _say_whom_they_serve(connection: Connection) -> None:
    """Tables on the way up or down serve nobody but the program that knows their revision."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found >= SAYS_SO:
        least = schema.SERVES_FROM if found == head() else None
        told = text(f"UPDATE {VERSION_TABLE} SET serves_from = :least")  # noqa: S608
        connection.execute(told, {"least": least})


def revisions() -> list[str]:
    """Every revision this program knows, the oldest first."""
    steps = ScriptDirectory.from_config(_config()).walk_revisions()
    return [step.revision for step in steps][::-1]


def known(revision: str) -> None:
    """Raises SchemaError for a revision that this program does not hold."""
    if revision not in ("head", "base", *revisions()):
        raise SchemaError(
            f"there is no revision '{revision}': this program knows {', '.join(revisions())}."
        )


def check(database: Database) -> None:
    """Raises SchemaError unless the tables are exactly this program's.

    For whoever copies, moves or cuts them. Serving asks less (`schema.serves`).
    """
    with database.engine.connect() as connection:
        _refuse_newer(connection)
    if current(database) != head():
        raise SchemaError("the database is older than this program: run 'alluriarniq migrate'.")


def _refuse_newer(connection: Connection) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    if found is not None and found not in revisions():
        raise SchemaError(
            f"the database was made by a newer program (revision {found}): install that one, "
            "or restore a backup made by this one. Nothing was changed."
        )


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction in which nobody else migrates: SQLite's write lock, or an advisory lock."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(sqlite_begin="IMMEDIATE")
        if database.is_sqlite:
            _foreign_keys(connection, "OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    # Waiting for another process's migration may take longer than a webhook may.
                    connection.execute(text("SET LOCAL statement_timeout = 0"))
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))
                yield connection
                if database.is_sqlite:
                    _no_orphans(connection)
        finally:
            if database.is_sqlite:
                _foreign_keys(connection, "ON")


def _foreign_keys(connection: Connection, switch: str) -> None:
    # SQLite ignores this inside a transaction, and rebuilding a table that others point at
    # needs it off; so it goes to the driver, before the transaction begins.
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys = {switch}").close()


def _no_orphans(connection: Connection) -> None:
    orphan = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if orphan is not None:
        raise SchemaError(
            f"a row of '{orphan[0]}' points at a row of '{orphan[2]}' that is not there: "
            "restore the newest backup. Nothing was changed."
        )
