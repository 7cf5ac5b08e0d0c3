"""Writes one row by one plain statement, for the texts that come in by the hundred."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Insert, Table, Update, bindparam, insert, inspect, update
from sqlalchemy.orm import Session

from records.models import Base

# The ORM's unit of work is the right tool where rows hang together. For a row of its own it
# takes four times as long as the statement it ends up with, and every text writes five.


@dataclass(frozen=True, slots=True)
class Kept:
    """A row that was just written; whoever needs more of it reads it."""

    id: int


def keep(session: Session, model: type[Base], **values: Any) -> Kept:
    """Inserts a row with an `id` now; columns that are not named get their defaults.

    What the row refers to must be in its table already. Raises IntegrityError.
    """
    session.connection().execute(_insert(model), values)
    return Kept(values["id"])


def save_and_let_go(session: Session, *rows: Base) -> None:
    """Writes what changed in rows of this session; it knows a changed row no more after that."""
    for row in rows:
        model = type(row)
        # What the session has noted as set since the row was read.
        names = tuple(sorted(inspect(row).committed_state.keys() & _columns(model)))
        if names:
            now = vars(row)
            values = {f"new_{name}": now[name] for name in names}
            key = {f"old_{c.name}": now[c.name] for c in _table(model).primary_key}
            session.connection().execute(_update(model, names), values | key)
            session.expunge(row)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


@cache
def _columns(model: type[Base]) -> frozenset[str]:
    return frozenset(_table(model).c.keys())


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(_table(model))


@cache
def _update(model: type[Base], names: tuple[str, ...]) -> Update:
    table = _table(model)
    same = [column == bindparam(f"old_{column.name}") for column in table.primary_key]
    return update(table).where(*same).values({name: bindparam(f"new_{name}") for name in names})
