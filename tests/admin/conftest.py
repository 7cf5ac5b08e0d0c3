"""A stage on either database, and a browser at it."""

from __future__ import annotations

import pytest
from jinja2 import FileSystemBytecodeCache

from records.database import Database
from tests.admin.desk import UNCLEAR, Desk
from tests.admin.walk import morning, walk
from tests.admin.window import address, window
from tests.chromium import browser
from tests.stage import Stage

__all__ = ["address", "browser", "morning", "walk", "window"]


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates compiled once for all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def stage(database: Database, compiled: FileSystemBytecodeCache) -> Stage:
    """A line with sample data; what phones receive is not these tests' subject."""
    made = Stage(database=database)
    made.rehearsal.app.jinja_env.bytecode_cache = compiled
    return made


@pytest.fixture
def desk(stage: Stage) -> Desk:
    """A browser that is not signed in."""
    return Desk(stage)


@pytest.fixture
def worker(stage: Stage) -> Desk:
    """The worker on call, signed in, after one text that nobody understood."""
    stage.phone().texts(UNCLEAR).ignores()
    return Desk(stage).sign_in_as("caseworker")
