"""The disk is full: nothing is half kept, the phone company tries again, and room mends all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from records.database import Database
from records.models import Base
from tests.chaos.store import Disk, Postgres
from tests.faults.conftest import Trouble
from tests.faults.three import ANNA, CLEO, paged, three_people_text
from tests.stage import MONDAY_MORNING, Stage

WITHOUT_END = 1_073_741_823  # SQLite's own default
SMALL_MEGABYTES = 160  # a new server takes less than half
SAYS_FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON message EXECUTE FUNCTION no_room();
"""


@contextmanager
def full(database: Database) -> Iterator[None]:
    """SQLite is given not one page more than it has; it says what it says on a full disk."""

    def limit(connection: Any, _record: object, _proxy: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages[0]}").close()

    pages = [1]  # fewer than there are means: no more than there are
    event.listen(database.engine.pool, "checkout", limit)
    yield
    pages[0] = WITHOUT_END


@contextmanager
def no_room(disk: Disk, store: Postgres, database: Database) -> Iterator[None]:
    """Not a byte is left on the server's own disk. Where none may be mounted, PostgreSQL says
    at each new text what it says then."""
    if not disk.can_fill:
        with database.engine.begin() as connection:
            connection.execute(text(SAYS_FULL))
        yield
        with database.engine.begin() as connection:
            connection.execute(text("DROP FUNCTION no_room CASCADE"))
        return
    disk.fill()
    yield
    disk.free()
    store.mend()  # as its service manager does, if it ended


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_texts_that_find_no_room_are_fetched_once_there_is(trouble: Trouble) -> None:
    judged(trouble, full(trouble.stage.line.database))


@pytest.mark.parametrize("may_mount", [True, False])
def test_the_same_on_the_disk_of_the_database_server(may_mount: bool) -> None:
    with closing(Disk(SMALL_MEGABYTES)) as disk:
        disk.can_fill &= may_mount
        store = Postgres(disk.folder)
        database = Database(store.url)
        Base.metadata.create_all(database.engine)
        trouble = Trouble(Stage(MONDAY_MORNING, database=database))
        judged(trouble, no_room(disk, store, database))
        database.close()
        store.stop()


def judged(trouble: Trouble, without_room: AbstractContextManager[None]) -> None:
    """Texts come all the while; none is lost, doubled, or left without its page."""
    trouble.write(ANNA, "CIRCLE")
    trouble.minutes(1)
    with without_room:
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
