"""A stage for conversations, on SQLite and on PostgreSQL; silence is asserted at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from records.database import Database
from tests.stage import Phone, Stage


@pytest.fixture
def stage(database: Database) -> Iterator[Stage]:
    """A line with the sample fortnight on a Monday morning."""
    made = Stage(database=database)
    yield made
    made.close()


@pytest.fixture
def empty_stage(database: Database) -> Iterator[Stage]:
    """A line without any sample: what a real one is on its first day."""
    made = Stage(database=database, with_samples=False)
    yield made
    made.close()


@pytest.fixture
def phone(stage: Stage) -> Phone:
    """A client's phone that never texted before."""
    return stage.phone("0141")


@pytest.fixture
def known(phone: Phone) -> Phone:
    """A client who has been through first contact in English."""
    phone.texts("hello").ignores()
    for answer in ("1", "1", "1", "1", "1", "1"):
        phone.texts(answer).ignores()
        phone.stage.later(seconds=10)
    return phone
