"""Two records of one client, needed by two in the same moment: the lower id first, by everybody."""

from __future__ import annotations

import pytest

from bot import erase, people, rights
from records.models import Contact
from tests.admin.test_joining import Two
from tests.at_once import Beside
from tests.stage import Stage

# On SQLite there is one writer at a time.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def two(stage: Stage) -> Two:
    return Two(stage)


def test_a_text_of_the_record_that_went_in_is_corrected(two: Two) -> None:
    two.joined("merge")
    path, line = f"/admin/conversations/{two.new.public_id}/texts/1/level", two.stage.line
    answers: list[int] = []

    def corrects() -> None:
        answers.append(two.desk.send(path, level="urgent", reason="He hit her").status_code)

    with line.database.write() as session:
        people.locked(session, two.old.id)
        worker = Beside(line.database, corrects)
        people.locked(session, two.new.id)
    worker.ends()
    assert answers == [303]


def test_a_client_is_erased_whose_older_record_went_in(two: Two) -> None:
    line = two.stage.line

    def older_goes_in(old: Contact, new: Contact) -> None:
        old.joined_to_id = new.id

    two.change(older_goes_in)
    with line.database.write() as session:
        whole = people.locked(session, two.new.id)
        due_at = rights.confirm(session, whole, 1, "voice", line.now()).due_at
    assert due_at is not None
    with line.database.write() as session:
        people.locked(session, two.old.id)
        clock = Beside(line.database, lambda: erase.run(line, two.new.id, due_at))
        people.locked(session, two.new.id)
    clock.ends()
    assert two.of(two.old).erased_at == two.of(two.new).erased_at == due_at
