"""Asks the database what it is asked for every text, by statements that are worked out once."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Column, ColumnDefault, ColumnElement, Connection, Insert, SelectBase, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler

#: Makes of a value what the driver takes, or of what the driver found the value.
_Make = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place in a statement for the value of this name, or for all of a list, each made so;
    without a name for what is always the same."""

    name: str | None
    is_list: bool
    make: _Make | None
    same: Any = None


# SQLAlchemy looks for the statement's text, the makers of its values and the names of what it
# finds each time anew: twice as long as SQLite takes to answer, fourteen times in a round.
@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement as the driver takes it; `names` where the driver calls each value by name."""

    text: str
    slots: tuple[_Slot, ...]
    names: tuple[str, ...] | None
    row: _Make

    def values(self, given: Mapping[str, Any]) -> Any:
        """As the driver takes them."""
        values: list[Any] = []
        for slot in self.slots:
            value = slot.same if slot.name is None else given[slot.name]
            if slot.is_list:
                values.extend(map(slot.make, value) if slot.make else value)
            else:
                values.append(slot.make(value) if slot.make else value)
        return tuple(values) if self.names is None else dict(zip(self.names, values, strict=True))


def fetch(connection: Connection, query: SelectBase, values: Mapping[str, Any]) -> list[Any]:
    """What it finds, as named tuples; a list among the values is one to choose from."""
    lists = {name: len(v) if isinstance(v, list | tuple) else -1 for name, v in values.items()}
    ready = _ready(query, connection.dialect, tuple(lists.items()))
    with connection.exec_driver_sql(ready.text, ready.values(values)) as found:
        return list(map(ready.row, found.cursor.fetchall()))


def run(connection: Connection, change: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes it for each of these rows, which all name the same values. Raises IntegrityError."""
    ready = _ready(change, connection.dialect, tuple((name, -1) for name in rows[0]))
    values = [ready.values(row) for row in rows]
    connection.exec_driver_sql(ready.text, values if len(values) > 1 else values[0])


@lru_cache(maxsize=1000)
def _ready(
    statement: SelectBase | Insert | Update, dialect: Dialect, asked: tuple[tuple[str, int], ...]
) -> _Ready:
    """`asked`: the names of the values, each with the length of its list or -1."""
    names = [name for name, _ in asked]
    compiled = statement.compile(dialect=dialect, column_keys=names, for_executemany=True)
    assert isinstance(compiled, SQLCompiler)
    given = {name: None if length < 0 else [None] * length for name, length in asked}
    state = compiled.construct_expanded_state(given, escape_names=False)
    columns = tuple(statement.selected_columns) if isinstance(statement, SelectBase) else ()
    return _Ready(
        state.statement,
        tuple(_slots(compiled, state, names)),
        None if state.positiontup is not None else tuple(state.parameters),
        _row(columns, dialect),
    )


def _slots(compiled: SQLCompiler, state: ExpandedState, given: list[str]) -> Iterator[_Slot]:
    same = {**state.parameters, **_defaults(compiled)}
    whole = {part: name for name, parts in state.parameter_expansion.items() for part in parts}
    for part in state.positiontup or state.parameters:
        name = whole.get(part, part)
        make = (
            compiled.binds[name]
            .type.dialect_impl(compiled.dialect)
            .bind_processor(compiled.dialect)
        )
        if name not in given:
            yield _Slot(None, False, make, same[part])
        elif part == name:
            yield _Slot(name, False, make)
        elif part == state.parameter_expansion[name][0]:
            yield _Slot(name, True, make)


def _defaults(compiled: SQLCompiler) -> dict[str, Any]:
    """What a row has in the columns that it does not name."""
    assert not compiled.update_prefetch
    return {column.key: _default(column) for column in compiled.insert_prefetch}


def _default(column: Column[Any]) -> Any:
    default = column.default
    # One that is made for each row is an id, and is given.
    assert isinstance(default, ColumnDefault) and default.is_scalar, f"{column} must be named"
    return default.arg


def _row(columns: Sequence[ColumnElement[Any]], dialect: Dialect) -> _Make:
    """Makes a named tuple of what the driver found."""
    names = [column.key or "" for column in columns]
    named: Any = namedtuple("Found", names, rename=True)  # type: ignore[misc]
    makers = [c.type.dialect_impl(dialect).result_processor(dialect, None) for c in columns]
    if not any(makers):
        return cast(_Make, named._make)
    return lambda found: named._make(
        [make(v) if make else v for make, v in zip(makers, found, strict=True)]
    )
