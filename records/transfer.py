"""Moves the whole line from one database to another, row by row, and compares every row after."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    Connection,
    MetaData,
    Row,
    Select,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
    tuple_,
)

from records import migrate, schema
from records.database import Database
from records.errors import MendableError
from records.models import Base
from records.snapshot import BATCH, VERSION_TABLE, exact_tables

#: Stands where the tables' revision stands until every row is there and compared: no process of
#: the line starts on a database that says so.
MOVING = "moving"
Progress = Callable[[str, int, int], None]


class TransferError(MendableError):
    """The move cannot begin, or what arrived is not what left; the old place is as it was."""


def transfer(
    source: Database,
    target: Database,
    progress: Progress = lambda table, done, of: None,
    shape: MetaData = Base.metadata,
) -> int:
    """Copies every row of `shape` from `source` to `target` and compares them; how many rows.

    Nobody may write to either meanwhile. Interrupted it is simply run again: it goes on after
    the last row that arrived. `progress` is told table, rows done and rows in all. Raises
    TransferError when `target` holds something else, or when a row differs after the copy.
    """
    if shape is Base.metadata:
        migrate.check(source)
    _prepare(target, shape)
    tables = exact_tables(shape)
    with source.engine.connect() as plain:
        from_ = plain.execution_options(sqlite_begin="DEFERRED")
        with from_.begin():
            sizes = {t.name: from_.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
            for table in tables:
                _copy(from_, target, table, sizes[table.name], progress)
            for table in tables:
                _compare(from_, target, table)
    _finish(target, shape)
    return sum(sizes.values())


def _prepare(target: Database, shape: MetaData) -> None:
    """Makes the tables, marked as not yet whole; or finds them so from an interrupted move."""
    with target.engine.begin() as connection:
        names = set(inspect(connection).get_table_names())
        if not names & {*shape.tables, VERSION_TABLE}:
            _build(connection, shape)
            return
        if shape is not Base.metadata:
            return
        found = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
        if found != MOVING:
            raise TransferError(
                "there is a line in the new database already: name an empty one. "
                "Nothing was changed."
            )


def _build(connection: Connection, shape: MetaData) -> None:
    if shape is not Base.metadata:
        shape.create_all(connection)
        return
    migrate.build(connection)
    mark = f"UPDATE {VERSION_TABLE} SET version_num = '{MOVING}', serves_from = NULL"  # noqa: S608
    connection.execute(text(mark))


def _finish(target: Database, shape: MetaData) -> None:
    if shape is Base.metadata:
        with target.engine.begin() as connection:
            told = f"UPDATE {VERSION_TABLE} SET version_num = :head, serves_from = :least"  # noqa: S608
            values = {"head": migrate.head(), "least": schema.SERVES_FROM}
            connection.execute(text(told), values)


def _copy(from_: Connection, target: Database, table: Table, size: int, told: Progress) -> None:
    """Goes on after the newest row that arrived: rows go over in the order of their key."""
    with target.engine.connect() as connection:
        done = connection.scalar(select(func.count()).select_from(table)) or 0
        last = connection.execute(_ordered(table, backwards=True).limit(1)).first()
    told(table.name, done, size)
    rows = _ordered(table)
    if last is not None:
        key = [getattr(last, column.name) for column in table.primary_key]
        rows = rows.where(tuple_(*table.primary_key) > tuple_(*key))
    for part in _batches(from_, rows):
        with target.engine.begin() as connection:
            connection.execute(insert(table), [dict(row._mapping) for row in part])
        done += len(part)
        told(table.name, done, size)


def _compare(from_: Connection, target: Database, table: Table) -> None:
    with target.engine.connect() as connection, connection.begin():
        nothing: list[Row[Any]] = []
        pairs = zip_longest(
            _batches(from_, _ordered(table)),
            _batches(connection, _ordered(table)),
            fillvalue=nothing,
        )
        # To the end also when one differs: a reading that is left half way is not closed.
        differs = [1 for here, there in pairs if [*map(tuple, here)] != [*map(tuple, there)]]
    if differs:
        raise TransferError(
            f"a row of '{table.name}' did not arrive as it was, or came from elsewhere: empty the "
            "new database and begin again. The old one is as it was."
        )


def _ordered(table: Table, *, backwards: bool = False) -> Select[Any]:
    keys = [column.desc() if backwards else column for column in table.primary_key]
    return select(table).order_by(*keys)


def _batches(connection: Connection, rows: Select[Any]) -> Iterator[list[Row[Any]]]:
    found = connection.execution_options(yield_per=BATCH).execute(rows)
    for part in found.partitions(BATCH):
        yield list(part)
