"""Writes one row by one plain statement, for the texts that come in by the hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NoReturn

from sqlalchemy import (
    Connection,
    Insert,
    SelectBase,
    Table,
    Update,
    bindparam,
    insert,
    inspect,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records import ready, sets
from records.models import Base


# The ORM's unit of work takes four times as long for a row as its statement; a text writes five.
@dataclass(frozen=True, slots=True)
class Kept:
    """A row that was just written; whoever needs more of it reads it."""

    id: int


class NeedsItsOwn(Exception):
    """What is to be done needs a transaction of its own."""


#: A statement that writes, and its values.
Change = tuple[Insert | Update, dict[str, Any]]


@dataclass(frozen=True)
class Common:
    """What the texts of one transaction share: who texted, and what one of them looked up."""

    contacts: tuple[int, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    found: dict[tuple[Any, ...], list[Any]] = field(default_factory=dict)
    found_for: dict[tuple[Any, ...], dict[int, list[Any]]] = field(default_factory=dict)


class Shared:
    """Stands in for the session of one text among several that share a transaction.

    It looks things up and remembers what to write, for `write` to do for all of them at once.
    Whatever else is asked of it raises NeedsItsOwn: what was not thought of here is done alone.
    """

    def __init__(self, connection: Connection, common: Common, held: tuple[Base, ...]) -> None:
        self._connection, self._common, self._held = connection, common, held
        self.info: dict[str, Any] = {COMMON: common.facts}
        self.changes: list[Change] = []
        self.changed: list[Base] = []

    def look(self, query: SelectBase, values: dict[str, Any]) -> list[Any]:
        # Nothing is written before all are decided: the same look finds the same again.
        asked = (query, *values.items())
        if asked not in self._common.found:
            self._common.found[asked] = ready.fetch(self._connection, query, values)
        return self._common.found[asked]

    def look_for(self, query: SelectBase, contact_id: int, values: dict[str, Any]) -> list[Any]:
        asked, all_ = (query, *values.items()), self._common.found_for
        if asked not in all_:
            all_[asked] = defaultdict(list)
            for row in self.look(query, {**values, "contacts": self._common.contacts}):
                all_[asked][row.contact_id].append(row)
        return all_[asked][contact_id]

    def only(self, name: str, value: int) -> None:
        """Among texts of one transaction `name` has one value: the first's. Raises NeedsItsOwn."""
        if self._common.facts.setdefault(f"only {name}", value) != value:
            raise NeedsItsOwn(name)

    def has_kept(self, statement: Insert, values: dict[str, Any]) -> bool:
        """Has this very text remembered the same row already?"""
        same = values.items() - {("id", values["id"])}
        return any(one is statement and same <= kept.items() for one, kept in self.changes)

    def get(self, model: type[Base], key: int) -> Base:
        """One of the rows that are held for this text."""
        for row in self._held:
            if type(row) is model and inspect(row).identity == (key,):
                return row
        raise NeedsItsOwn(model.__name__)

    def __getattr__(self, name: str) -> NoReturn:
        raise NeedsItsOwn(name)


#: Under this name a session remembers what all texts of its transaction read alike.
COMMON = "common"


def look(session: Session, query: SelectBase, values: dict[str, Any]) -> list[Any]:
    """Reads rows that are no objects, without first writing what the session has changed."""
    if isinstance(session, Shared):
        return session.look(query, values)
    return ready.fetch(session.connection(), query, values)


def look_for(
    session: Session, query: SelectBase, contact_id: int, values: dict[str, Any]
) -> list[Any]:
    """What a query finds for one person; looked at once for all whose texts are written
    together. It takes the ids as the list `contacts`, and each row has a `contact_id`."""
    if isinstance(session, Shared):
        return session.look_for(query, contact_id, values)
    return look(session, query, {**values, "contacts": (contact_id,)})


def only(session: Session, name: str, value: int) -> None:
    """Says which one this is about, where texts written together may be about one alone."""
    if isinstance(session, Shared):
        session.only(name, value)


def settle(session: Session) -> None:
    """Writes what changed and forgets what was read; of texts written together none has any."""
    if not isinstance(session, Shared):
        session.flush()
        session.info.pop(COMMON, None)


def change(session: Session, statement: Insert | Update, values: dict[str, Any]) -> None:
    """Writes by one statement, now; or remembers it, where several texts are written at once."""
    if isinstance(session, Shared):
        session.changes.append((statement, values))
    else:
        ready.run(session.connection(), statement, [values])


def write(connection: Connection, texts: Iterable[Shared]) -> None:
    """Does all that was remembered for these texts, alike things by one statement.

    What a row refers to is written before it; in each table old rows are changed before new ones
    come ("close the older ones"). No two texts may concern one person. Raises IntegrityError.
    """
    alike: dict[tuple[Insert | Update, frozenset[str]], list[dict[str, Any]]] = {}
    changed: dict[type[Base], list[Base]] = {}
    for text in texts:
        for statement, values in text.changes:
            alike.setdefault((statement, frozenset(values)), []).append(values)
        for row in text.changed:
            changed.setdefault(type(row), []).append(row)
    for model, found in changed.items():
        # Rows of a kind by one statement: what is the same in one of them is written as it is.
        names = tuple(sorted(set().union(*map(_set_names, found))))
        values_of = [_values(row, names) for row in found]
        alike[_update(model, names), frozenset(values_of[0])] = values_of
    for statement, names_ in sorted(alike, key=lambda one: _turn(one[0])):
        sets.run(connection, statement, alike[statement, names_])


def _turn(statement: Insert | Update) -> tuple[int, bool]:
    return _order()[statement.table], isinstance(statement, Insert)


@cache
def _order() -> dict[Any, int]:
    return {table: n for n, table in enumerate(Base.metadata.sorted_tables)}


def keep(session: Session, model: type[Base], **values: Any) -> Kept:
    """Inserts a row with an `id` now; columns that are not named get their defaults.

    What the row refers to must be in its table already. Raises IntegrityError.
    """
    change(session, _insert(model), values)
    return Kept(values["id"])


def keep_once(session: Session, model: type[Base], **values: Any) -> None:
    """The same for a row that another process may have written in this instant: then nothing."""
    if isinstance(session, Shared):
        # A collision ends the shared transaction, and each of its texts is taken alone.
        if not session.has_kept(_insert(model), values):
            keep(session, model, **values)
        return
    try:
        with session.connection().begin_nested():
            keep(session, model, **values)
    except IntegrityError:
        pass


def save_and_let_go(session: Session, *rows: Base) -> None:
    """Writes what changed in rows of this session, which knows a changed row no more then."""
    for row in rows:
        names = _set_names(row)
        if not names:
            continue
        if isinstance(session, Shared):
            session.changed.append(row)
        else:
            change(session, _update(type(row), names), _values(row, names))
            session.expunge(row)


def has_unsaved(session: Shared, *rows: Base | None) -> bool:
    """Was one of these changed without being remembered for `write`?"""
    saved = {id(row) for row in session.changed}
    return any(row is not None and id(row) not in saved and _set_names(row) for row in rows)


def _set_names(row: Base) -> tuple[str, ...]:
    """The columns that were set since the row was read."""
    return tuple(sorted(inspect(row).committed_state.keys() & _columns(type(row))))


def _values(row: Base, names: Iterable[str]) -> dict[str, Any]:
    now = vars(row)
    key = {f"old_{c.name}": now[c.name] for c in _table(type(row)).primary_key}
    return {f"new_{name}": now[name] for name in names} | key


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
