"""What is worked out once finds and writes the same as what SQLAlchemy works out each time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import (
    CompoundSelect,
    Select,
    bindparam,
    insert,
    literal_column,
    select,
    union_all,
    update,
)

from records import ready
from records.database import Database
from records.models import Contact, Message, Resource
from records.models.messages import Lane, State
from tests.conftest import START

MESSAGE = Message.metadata.tables["message"]
SHORT = {
    "contact_id": 1,
    "direction": "inbound",
    "purpose": "text",
    "state": State.RECEIVED,
    "created_at": START,
    "signals": [{"rule": "50% %s ?", "weight": 1}],
}


@pytest.fixture
def people(database: Database) -> Database:
    """A contact, two texts of theirs and a service."""
    with database.write() as session:
        session.add(Contact(id=1, data_key="key1", created_at=START, next_seq=1))
        session.add(
            Resource(
                id=1, slug="one", category="food", name="One", discreet_name="one", rank=1,
                call="613-555-0100", source="x", checked_on=date(2026, 11, 23), checked_by="file",
                sendable=True,
            )
        )  # fmt: skip
        session.flush()
        ready.run(session.connection(), insert(MESSAGE), [{**SHORT, "id": 1, "seq": 1}])
        session.connection().execute(insert(MESSAGE), {**SHORT, "id": 2, "seq": 2})
    return database


TEXTS = select(
    Message.contact_id,
    Message.created_at,
    Message.is_late,
    Message.signals,
    Message.lane,
    (Message.seq + 1).label("next_one"),
).where(
    Message.id.in_(bindparam("texts", expanding=True)),
    Message.state.in_((State.RECEIVED, State.QUEUED)),
    Message.created_at >= bindparam("since"),
)
BOTH: CompoundSelect[Any] = union_all(
    select(literal_column("'text'"), Message.seq).where(Message.contact_id == bindparam("who")),
    select(literal_column("'who'"), Contact.next_seq).where(Contact.id == bindparam("who")),
)


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (TEXTS, {"texts": [1, 2], "since": START}),
        (TEXTS, {"texts": (2,), "since": START}),
        (TEXTS, {"texts": [], "since": START}),
        (TEXTS, {"texts": [1, 2], "since": START + timedelta(microseconds=1)}),
        (BOTH, {"who": 1}),
        (select(*Resource.__table__.c), {}),
    ],
)
def test_the_same_is_found(
    people: Database, query: Select[Any] | CompoundSelect[Any], values: dict[str, Any]
) -> None:
    with people.read() as session:
        # Twice: the second time by what the first has worked out.
        for _ in range(2):
            found = ready.fetch(session.connection(), query, values)
            known = session.connection().execute(query, values).all()
            assert found == [tuple(row) for row in known]
            assert [type(v) for row in found for v in row] == [
                type(v) for row in known for v in row
            ]


def test_columns_are_called_by_name(people: Database) -> None:
    with people.read() as session:
        found = ready.fetch(session.connection(), TEXTS, {"texts": [1], "since": START})
    assert (found[0].contact_id, found[0].next_one, found[0].created_at) == (1, 2, START)


def test_a_row_written_gets_the_same_defaults(people: Database) -> None:
    with people.read() as session:
        one, two = (session.get_one(Message, n) for n in (1, 2))
    said = [
        [getattr(text, column.key) for column in MESSAGE.c if column.key not in ("id", "seq")]
        for text in (one, two)
    ]
    assert said[0] == said[1]
    assert (one.lane, one.channel) == (Lane.REPLY, "sms")


def test_rows_are_changed_each_to_its_own_and_a_row_alone(people: Database) -> None:
    change = update(MESSAGE).where(MESSAGE.c.id == bindparam("text")).values(reason=bindparam("to"))
    with people.write() as session:
        ready.run(session.connection(), change, [{"text": 1, "to": "a"}, {"text": 2, "to": None}])
        ready.run(session.connection(), change, [{"text": 2, "to": "50%"}])
    with people.read() as session:
        assert [session.get_one(Message, n).reason for n in (1, 2)] == ["a", "50%"]


def test_a_column_made_for_each_row_must_be_named(people: Database) -> None:
    with pytest.raises(AssertionError, match="id must be named"), people.write() as session:
        ready.run(session.connection(), insert(MESSAGE), [{**SHORT, "seq": 3}])
