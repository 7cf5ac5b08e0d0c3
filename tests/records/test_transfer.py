"""The line moves to another database: every row, compared, and it goes on where it was stopped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text, update

from records import migrate, transfer
from records.database import Database
from records.errors import SchemaError
from records.models import Base, Contact, Message
from tests.records.conftest import Places
from tests.stage import Stage


@pytest.fixture
def full(places: Places) -> Database:
    """A SQLite file with a sample fortnight and a few conversations in it."""
    database = places("sqlite")
    migrate.upgrade(database)
    stage = Stage(database=database)
    for n in range(2):
        phone = stage.phone(f"{2000 + n}")
        for words in ("when is the next circle", "ᖁᔭᓐᓇᒦᒃ"):
            phone.texts(words).ignores()
    return database


def rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, places: Places) -> Database:
    return places(request.param)


class Stops(Exception):
    """Somebody pressed Ctrl-C."""


def stopping_after(calls: int) -> Callable[[str, int, int], None]:
    told = iter(range(calls))

    def progress(table: str, done: int, of: int) -> None:
        if next(told, None) is None:
            raise Stops

    return progress


def test_every_row_arrives_and_the_line_starts_on_it(full: Database, target: Database) -> None:
    moved = transfer.transfer(full, target)
    assert moved == sum(rows(full).values()) and rows(target) == rows(full)
    migrate.check(target)
    with full.read() as here, target.read() as there:
        one = here.scalars(select(Message).order_by(Message.id)).first()
        assert one is not None
        same = there.get_one(Message, one.id)
        assert (same.created_at, same.body_sealed, same.signals) == (
            one.created_at, one.body_sealed, one.signals,
        )  # fmt: skip


def test_stopped_in_the_middle_it_goes_on_and_nothing_starts_meanwhile(
    full: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "BATCH", 5)
    with pytest.raises(Stops):
        transfer.transfer(full, target, stopping_after(30))
    assert 0 < sum(rows(target).values()) < sum(rows(full).values())
    with pytest.raises(SchemaError):
        migrate.check(target)
    transfer.transfer(full, target)
    assert rows(target) == rows(full)
    migrate.check(target)


def test_a_row_that_changed_on_the_way_is_found(full: Database, target: Database) -> None:
    transfer.transfer(full, target)
    with target.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'moving'"))
        connection.execute(update(Contact).values(language="fr"))
    with pytest.raises(transfer.TransferError, match="contact"):
        transfer.transfer(full, target)


def test_a_place_with_another_line_in_it_is_left_alone(full: Database, target: Database) -> None:
    migrate.upgrade(target)
    with pytest.raises(transfer.TransferError, match="already"):
        transfer.transfer(full, target)
    assert sum(rows(target).values()) == 0
