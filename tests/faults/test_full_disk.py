"""The disk is full: nothing is half kept, the phone company tries again, and room mends all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from records.database import Database
from tests.faults.conftest import Trouble
from tests.faults.three import ANNA, CLEO, paged, three_people_text

WITHOUT_END = 1_073_741_823  # SQLite's own default


@contextmanager
def full(database: Database) -> Iterator[None]:
    """SQLite is given not one page more than it has; it says what it says on a full disk."""

    def limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}").close()

    pages = [1]  # fewer than there are means: no more than there are
    event.listen(database.engine.pool, "checkout", limit)
    yield
    pages[0] = WITHOUT_END


# PostgreSQL's own machine is filled by `make chaos`, which may mount a small disk.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_texts_that_find_no_room_are_fetched_once_there_is(trouble: Trouble) -> None:
    trouble.write(ANNA, "CIRCLE")
    trouble.minutes(1)
    with full(trouble.stage.line.database):
        fields = {"MessageSid": "SM" + "9" * 32, "From": f"+1613555{ANNA}", "Body": "x" * 1500}
        # What still fits into the pages there are is used up first.
        many = [trouble.post({**fields, "MessageSid": f"SM{n:032}"}) for n in range(60)]
        assert {one.status_code for one in many[-5:]} == {500}
        three_people_text(trouble)
        trouble.seconds(30)
    texts = [m for m in trouble.stage.network.messages if m.direction == "inbound"]
    assert any(not one.answered for one in texts)
    trouble.minutes(3)
    verdict = trouble.verdict()
    assert verdict.is_clean, verdict
    assert paged(trouble)
    assert any("911" in words for words in trouble.heard(CLEO))
