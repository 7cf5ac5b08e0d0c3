"""Databases of their own for tests that build, move or break whole databases."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from records import migrate, snapshot
from records.database import Database

#: Makes a database of one kind, "sqlite" or "postgresql"; the second word names a template.
Places = Callable[..., Database]


@pytest.fixture
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Places]:
    """Makes blank databases, each its own; all are gone after the test."""
    made: list[Database] = []

    def make(kind: str, template: str = "template1") -> Database:
        name = f"own_{uuid.uuid4().hex[:12]}"
        if kind == "sqlite":
            place = Database(f"sqlite:///{tmp_path / name}.db")
        else:
            server = str(request.getfixturevalue("pg_server"))
            administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
            place = Database(at(server, name))
        made.append(place)
        return place

    yield make
    for place in made:
        place.close()
        if not place.is_sqlite:
            server = str(request.getfixturevalue("pg_server"))
            administer(server, f"DROP DATABASE {place.url.database} WITH (FORCE)")


def administer(server: str, statement: str) -> None:
    """One statement outside any transaction."""
    owner = Database(server)
    with owner.engine.connect() as plain:
        plain.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement))
    owner.close()


def at(server: str, name: str) -> str:
    """The address of another database on the same server."""
    database = Database(server)
    database.close()
    return database.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    """Each test runs once on SQLite and once on PostgreSQL."""
    return str(request.param)


@pytest.fixture
def blank(kind: str, places: Places) -> Database:
    """A place in which nothing stands yet."""
    return places(kind)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file brought up by the migrations, to be copied."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('migrated') / 'line.db'}")
    migrate.upgrade(database)
    snapshot.fold_in(database)
    database.close()
    assert database.path is not None
    return database.path


@pytest.fixture(scope="session")
def pg_migrated(pg_server: str) -> str:
    """The name of a PostgreSQL database brought up by the migrations, to be copied."""
    name = "migrated_template"
    administer(pg_server, f"CREATE DATABASE {name}")
    database = Database(at(pg_server, name))
    migrate.upgrade(database)
    database.close()
    return name


@pytest.fixture
def records(kind: str, places: Places, request: pytest.FixtureRequest) -> Database:
    """A database whose tables were made by the migrations, as in real life."""
    if kind == "postgresql":
        return places(kind, request.getfixturevalue("pg_migrated"))
    place = places(kind)
    assert place.path is not None
    shutil.copy(request.getfixturevalue("migrated"), place.path)
    return place
