"""Rows that are written by one statement stand there as if each had been written by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from records import sets
from records.database import Database
from records.models import Contact, Message
from records.models.messages import Lane, State
from tests.conftest import START

MESSAGE, CONTACT = Message.__table__, Contact.__table__
SAID = ("\"he said \\ 'no'\"", "ᐅᖃᐅᓯᖅ 🧡", "", None)


@pytest.fixture
def people(database: Database) -> Database:
    """Two contacts, 1 and 2."""
    with database.write() as session:
        for n in (1, 2):
            session.add(Contact(id=n, data_key=f"key{n}", created_at=START, next_seq=1))
    return database


def text_row(n: int, said: str | None) -> dict[str, Any]:
    at = START + timedelta(microseconds=n)
    return {
        "id": n, "contact_id": 1, "seq": n, "direction": "outbound", "purpose": "reply",
        "state": State.QUEUED, "body_sealed": bytes([0, n, 255, 92]), "created_at": at,
        "lane": Lane.TIMED, "is_late": bool(n % 2), "reason": None, "kind": said,
        "signals": [{"rule": said, "weight": n}],
    }  # fmt: skip


def kept(database: Database, ids: range) -> list[tuple[Any, ...]]:
    """These rows without their ids."""
    with database.read() as session:
        rows = session.execute(select(MESSAGE).where(MESSAGE.c.id.in_(ids)).order_by(MESSAGE.c.id))
        return [tuple(v for k, v in row._mapping.items() if k not in ("id", "seq")) for row in rows]


def test_many_rows_are_kept_as_each_by_itself(people: Database) -> None:
    rows = [text_row(n, said) for n, said in enumerate(SAID, 1)]
    others = [{**row, "id": row["id"] + 10, "seq": row["seq"] + 10} for row in rows]
    with people.write() as session:
        sets.run(session.connection(), insert(MESSAGE), rows)
        for other in others:
            session.connection().execute(insert(MESSAGE), other)
    assert len(kept(people, range(1, 5))) == 4
    assert kept(people, range(1, 5)) == kept(people, range(11, 15))


def test_each_row_is_changed_to_its_own(people: Database) -> None:
    change = (
        update(CONTACT)
        .where(CONTACT.c.id == bindparam("who"))
        .values(language=bindparam("to"), last_inbound_at=bindparam("at"), next_seq=7)
    )
    later = datetime(2027, 1, 1, tzinfo=UTC)
    asked = [{"who": 1, "to": "iu", "at": START}, {"who": 2, "to": "fr", "at": later}]
    statements: list[bool] = []
    with people.write() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda *a: statements.append(a[-1]))
        sets.run(connection, change, asked)
    # One message to the server on PostgreSQL; one call for many on SQLite.
    assert statements == [people.is_sqlite]
    with people.read() as session:
        found = [session.get_one(Contact, n) for n in (1, 2)]
    assert [(c.language, c.last_inbound_at, c.next_seq) for c in found] == [
        ("iu", START, 7),
        ("fr", later, 7),
    ]


def test_one_bad_row_and_none_is_kept(people: Database) -> None:
    with pytest.raises(IntegrityError), people.write() as session:
        twice = [text_row(1, None), {**text_row(2, None), "seq": 1}]
        sets.run(session.connection(), insert(MESSAGE), twice)
    if not people.is_sqlite:  # which keeps words of any length
        with pytest.raises(DBAPIError), people.write() as session:
            long = [text_row(1, None), text_row(2, "x" * 400)]
            sets.run(session.connection(), insert(MESSAGE), long)
    assert kept(people, range(9)) == []


def test_a_time_without_a_zone_is_refused(people: Database) -> None:
    naive = {**text_row(1, None), "created_at": datetime(2027, 1, 1)}  # noqa: DTZ001
    with pytest.raises(Exception, match="needs a time zone"), people.write() as session:
        sets.run(session.connection(), insert(MESSAGE), [naive, text_row(2, None)])
    assert kept(people, range(9)) == []
