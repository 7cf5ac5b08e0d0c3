"""Nothing that a line does all day reads through its texts: asked of the planner, statement by
statement, with as many rows stored that reading them through would be dear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, event

from records.database import Database
from tests.bench.flat_bench import line_on
from tests.bench.hot import Act, Day, fill

PEOPLE, TEXTS_EACH = 400, 125
#: These hold unfinished texts alone: to read one from end to end is to read what is to be done.
SMALL = (
    "ix_message_work",
    "ix_message_unfinished_contact",
    "uq_message_contact_sending",
    "ix_message_unreported",
    "ix_message_to_blank",
)
_LOOKS = re.compile(r"\s*(SELECT|UPDATE|DELETE|WITH)\b", re.I)
#: SQLite says SCAN for an index too, and then names it; PostgreSQL's is of the table alone.
_SCANS = re.compile(r"SCAN message\w*(?! USING)|Seq Scan on message\b.*", re.M)
_INDEX_SCANS = re.compile(r"SCAN message\w* USING (?:COVERING )?INDEX (\w+)")

Asked = list[tuple[str, Any]]


@pytest.fixture(scope="module")
def day(module_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    keys = tmp_path_factory.mktemp("plans") / "keys.db"
    line = line_on(module_database, keys)
    fill(line, PEOPLE, TEXTS_EACH)
    yield Day(line, PEOPLE)
    line.vault.keys.database.close()


def asked_by(database: Database, act: Act) -> Asked:
    """The statements that look into the database for an act, with their values."""
    asked: Asked = []

    def note(_c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if _LOOKS.match(statement) and re.search(r"\bmessage\b", statement):
            asked.append((statement, values))

    engines = {database.engine}
    for maker in (database._read, database._write):
        engines.add(maker.kw["bind"])
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    return asked


def plan(connection: Connection, statement: str, values: Any) -> str:
    """How the database means to find the rows, with everything allowed."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    found = connection.exec_driver_sql(f"{explain} {statement}", values)
    return "\n".join(str(row[-1]) for row in found)


def reads_through(shown: str) -> list[str]:
    """Where a plan reads all texts."""
    whole = [name for name in _INDEX_SCANS.findall(shown) if name not in SMALL]
    return _SCANS.findall(shown) + whole


def test_no_act_of_the_day_reads_through_the_texts(day: Day, module_database: Database) -> None:
    dear: dict[str, list[str]] = {}
    looked = 0
    for name, act in day.acts().items():
        statements = dict(
            (statement, values) for statement, values in asked_by(module_database, act)
        )
        for statement, values in statements.items():
            one = values[0] if isinstance(values, list) else values
            with module_database.engine.connect() as connection:
                shown = plan(connection, statement, one)
            looked += 1
            if reads_through(shown):
                dear.setdefault(name, []).append(f"{statement}\n{shown}")
    assert looked > 20, "the acts were not seen"
    assert not dear, "\n\n".join(f"{name}: {' | '.join(found)}" for name, found in dear.items())


def test_a_look_that_reads_through_the_texts_would_be_seen(
    day: Day, module_database: Database
) -> None:
    with module_database.engine.connect() as connection:
        for statement in (
            "SELECT count(*) FROM message WHERE error_code = '30008'",
            "SELECT id FROM message WHERE created_at < '2020-01-01' ORDER BY segments",
        ):
            assert reads_through(plan(connection, statement, ())), statement
        # And with an index it is not.
        assert not reads_through(
            plan(connection, "SELECT id FROM message WHERE contact_id = 1 AND seq = 2", ())
        )
