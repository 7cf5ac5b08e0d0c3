"""Writes rows that are alike by one statement, however many they are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import (
    JSON,
    Connection,
    Insert,
    Table,
    Text,
    Update,
    bindparam,
    column,
    func,
    insert,
    select,
)
from sqlalchemy import cast as as_type
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import TypeEngine

from records import ready
from records.clock import utc

_ROWS = "rows"


# SQLite runs a statement for many rows within one call. On PostgreSQL each row is a message of its
# own that psycopg builds in Python and the server begins and ends: 45 microseconds and 40. Sent
# as one JSON value a further row costs them 20 and 20.
def run(connection: Connection, statement: Insert | Update, rows: Sequence[dict[str, Any]]) -> None:
    """Runs it for each of these rows, which all name the same values. Raises IntegrityError."""
    if connection.dialect.name == "sqlite":
        ready.run(connection, statement, rows)
        return
    written = json.dumps(rows, default=_as_text, ensure_ascii=False)
    for_many = _for_many(statement, frozenset(rows[0]), connection.dialect)
    ready.run(connection, for_many, [{_ROWS: written}])


def _as_text(value: Any) -> str:
    """As PostgreSQL reads it back. Raises TypeError, and ValueError for a time without a zone."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, datetime):
        return utc(value).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a row holds a {type(value).__name__}")


@cache
def _for_many(
    statement: Insert | Update, names: frozenset[str], dialect: Dialect
) -> Insert | Update:
    if isinstance(statement, Insert):
        # A default is one for all rows; the only ones that are made for each are ids, and given.
        assert isinstance(statement.table, Table)
        given = _given({c.name: c.type for c in statement.table.c if c.name in names})
        return insert(statement.table).from_select(list(given.c.keys()), select(*given.c))
    asked = statement.compile(dialect=dialect).binds.values()
    given = _given({param.key: param.type for param in asked if param.required})

    def named(element: Any, **_: Any) -> Any:
        is_asked = isinstance(element, BindParameter) and element.required
        return given.c[element.key] if is_asked else None

    return cast(Update, visitors.replacement_traverse(statement, {}, named))


def _given(types: dict[str, TypeEngine[Any]]) -> TableValuedAlias:
    columns = [column(name, type_) for name, type_ in types.items()]
    rows = func.json_to_recordset(as_type(bindparam(_ROWS, type_=Text()), JSON))
    return rows.table_valued(*columns).render_derived(name="given", with_types=True)
