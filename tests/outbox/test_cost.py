"""What is stored already makes a new text no dearer: only unfinished rows are looked at."""

from __future__ import annotations

from sqlalchemy import Select, text

from bot.line import Line
from bot.outbox.gate import given, sendable
from records.models.messages import Lane
from tests.conftest import START
from tests.outbox.conftest import Desk

#: They hold unfinished rows only, however many are stored.
SMALL = ("ix_message_work", "ix_message_unfinished_contact")


def plan(line: Line, query: Select[object]) -> str:
    """How the database means to find the rows."""
    engine = line.database.engine
    if not line.database.is_sqlite:  # else it goes by what it once counted in another test's rows
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE message"))
    statement = str(query.compile(engine, compile_kwargs={"literal_binds": True}))
    with engine.connect() as connection:
        if line.database.is_sqlite:
            rows = connection.execute(text(f"EXPLAIN QUERY PLAN {statement}"))
            return "\n".join(str(row[3]) for row in rows)
        connection.execute(text("SET enable_seqscan = off"))  # the tables of a test are tiny
        return "\n".join(str(row[0]) for row in connection.execute(text(f"EXPLAIN {statement}")))


def test_claiming_reads_the_small_indexes_only(desk: Desk) -> None:
    # Of a handful of rows PostgreSQL finds any way as good as another.
    for n in range(100):
        desk.write("hello", f"+1613556{n:04d}")
    line = desk.line
    shown = plan(line, sendable(to_staff=False, last_lane=Lane.BULK).params(**given(START, 1)))
    used = {name for name in SMALL if name in shown}
    assert used == set(SMALL) and shown.count("ix_message_") == 2, shown
    assert "SCAN message\n" not in shown + "\n" and "Seq Scan" not in shown
