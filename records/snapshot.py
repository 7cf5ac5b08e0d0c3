"""Takes a picture of a whole database while it is in use, and puts one in place of another."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import JSON, Engine, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.engine import Connection

from records.backup_seal import BackupError
from records.database import Database
from records.models import Base

BATCH = 1000
VERSION_TABLE = "alembic_version"


def take(database: Database, target: Path, shape: MetaData = Base.metadata) -> None:
    """Writes all rows, as they stand at one instant, into the new SQLite file `target`.

    Nobody is kept waiting: SQLite makes the copy itself from one read transaction; from
    PostgreSQL all tables of `shape` are read in one REPEATABLE READ transaction.
    """
    if database.is_sqlite:
        _vacuum_into(database, target)
    else:
        _copy_out(database, target, shape)


def _vacuum_into(database: Database, target: Path) -> None:
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(target),))
    finally:
        connection.close()


def _copy_out(database: Database, target: Path, shape: MetaData) -> None:
    if shape is Base.metadata:
        from records import migrate  # late: most starts of the line neither migrate nor copy

        migrate.check(database)
    copy = Database(f"sqlite:///{target}")
    try:
        with database.engine.connect() as plain, copy.engine.connect() as into:
            source = plain.execution_options(isolation_level="REPEATABLE READ")
            with source.begin(), into.begin():
                source.execute(text("SET LOCAL statement_timeout = 0"))
                _build(into, shape)
                copy_rows(source, into, shape)
        fold_in(copy)
    finally:
        copy.close()


def _build(connection: Connection, shape: MetaData) -> None:
    if shape is Base.metadata:
        from records import migrate

        migrate.build(connection)
    else:
        shape.create_all(connection)


def copy_rows(source: Connection, target: Connection, shape: MetaData) -> int:
    """Copies every row of every table within the callers' transactions; how many."""
    copied = 0
    for table in exact_tables(shape):
        rows = source.execution_options(yield_per=BATCH).execute(select(table))
        for part in rows.mappings().partitions(BATCH):
            target.execute(insert(table), [dict(row) for row in part])
            copied += len(part)
    return copied


def exact_tables(shape: MetaData) -> list[Table]:
    """The tables, the ones that others point at first, with an empty JSON column left empty."""
    exact = MetaData()
    for table in shape.sorted_tables:
        for column in table.to_metadata(exact).columns:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=True)
    return exact.sorted_tables


def fold_in(database: Database) -> None:
    """Puts what stands beside a SQLite file into the file itself, so that it can be moved."""
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.cursor().execute("PRAGMA journal_mode = DELETE").fetchall()
    finally:
        connection.close()


def counts(database: Database) -> dict[str, int]:
    """How many rows each of our tables holds."""
    with database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def is_empty(database: Database, shape: MetaData = Base.metadata) -> bool:
    """Are none of our tables here?"""
    if database.path is not None and not database.path.exists():
        return True
    return not _ours(database.engine, shape)


def _ours(place: Engine | Connection, shape: MetaData) -> list[str]:
    names = {*shape.tables, VERSION_TABLE} if shape is Base.metadata else set(shape.tables)
    return [name for name in inspect(place).get_table_names() if name in names]


def put_in_place(
    picture: Path, target: Database, now: datetime, shape: MetaData = Base.metadata
) -> str | None:
    """Makes `target` hold what the SQLite file `picture` holds; whole, or not at all.

    What is there is moved out of the way first, never deleted, and its new name returned.
    `picture` is used up.
    """
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    if target.is_sqlite:
        return _move_in(picture, target, stamp)
    return _copy_in(picture, target, stamp, shape)


def shown(database: Database) -> str:
    """The database's name for a person: a path, or a URL without its password."""
    return str(database.path or database.url.render_as_string(hide_password=True))


def _move_in(picture: Path, target: Database, stamp: str) -> str | None:
    path = target.path
    if path is None:
        raise BackupError("a database in memory cannot be restored into.")
    target.close()
    moved = None
    if path.exists():
        moved = path.with_name(f"{path.name}.before-{stamp}")
        # The log beside it first: a file without its log is whole only up to an older instant.
        for end in ("-wal", "-shm"):
            beside = path.with_name(path.name + end)
            if beside.exists():
                beside.rename(moved.with_name(moved.name + end))
        path.rename(moved)
    picture.chmod(0o600)
    os.replace(picture, path)
    return str(moved) if moved else None


def _copy_in(picture: Path, target: Database, stamp: str, shape: MetaData) -> str | None:
    source = Database(f"sqlite:///{picture}")
    schema = f"before_{stamp.lower()}"
    try:
        with source.engine.connect() as read, target.engine.connect() as write, write.begin():
            write.execute(text("SET LOCAL statement_timeout = 0"))
            moved = _step_aside(write, schema, shape)
            _build(write, shape)
            copy_rows(read, write, shape)
        return f"schema {schema}" if moved else None
    finally:
        source.close()


def _step_aside(connection: Connection, schema: str, shape: MetaData) -> bool:
    there = _ours(connection, shape)
    if there:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    for name in there:
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA {schema}'))
    return bool(there)
