"""A client with a goal, on a stage that moves its clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from records.database import Database
from tests.program.cast import Cast


@pytest.fixture
def cast(database: Database) -> Iterator[Cast]:
    made = Cast(database)
    yield made
    made.stage.close()
