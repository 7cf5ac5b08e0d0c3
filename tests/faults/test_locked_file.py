"""Another program holds the SQLite file for longer than a writer waits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from bot.inbound import TRIES, Inbound, receive
from records.database import Database
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@contextmanager
def held(database: Database, tries: int) -> Iterator[None]:
    """Nobody can write so many times; a writer waits for no time at all."""
    count = [0]
    with closing(sqlite3.connect(str(database.path), isolation_level=None)) as stranger:
        stranger.execute("BEGIN IMMEDIATE")

        def lent(connection: Any, _record: object, _proxy: object) -> None:
            connection.execute("PRAGMA busy_timeout = 0").close()
            count[0] += 1
            if count[0] == tries + 1:
                stranger.execute("ROLLBACK")

        event.listen(database.engine.pool, "checkout", lent)
        yield
        event.remove(database.engine.pool, "checkout", lent)
    assert count[0] >= tries


def test_a_text_is_tried_again_at_once_and_answered_once(database: Database) -> None:
    stage = Stage(database=database)
    client = stage.phone()
    with held(database, TRIES - 1):
        client.texts("circle")
    client.hears("Next circle").hears("This is a machine").hears_nothing()
    stage.close()


def test_after_a_few_tries_the_phone_company_is_told(database: Database) -> None:
    stage = Stage(database=database)
    line, client = stage.line, stage.phone()
    text = Inbound("SM" + "d" * 32, client.number, "", "circle", line.now())
    with held(database, TRIES), pytest.raises(OperationalError, match="locked"):
        receive(line, text)
    assert receive(line, text) is not None
    stage.later(seconds=1)
    client.hears("Next circle").hears("This is a machine").hears_nothing()
    stage.close()
