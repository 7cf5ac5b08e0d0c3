"""Whoever was paged about a timer sees what the client left, and can end it with them."""

from __future__ import annotations

from sqlalchemy import select

from records.models import SafetyTimer
from tests.admin.desk import Desk


def test_the_note_is_shown_to_the_worker_and_shredded_when_a_person_ends_it(worker: Desk) -> None:
    phone = worker.stage.phone()
    for words in ("SAFE 2h", "4821", "room 9, blue van ABCD123"):
        phone.texts(words).ignores()
        worker.stage.later(seconds=10)
    page = worker.read(worker.thread())
    assert "Their own timer" in page and "blue van ABCD123" in page
    assert page.count("ABCD123") == 1  # never in the thread
    assert worker.send(worker.thread("/timer/end")).status_code == 303
    assert "ABCD123" not in worker.read(worker.thread())
    with worker.line.database.read() as session:
        row = session.scalars(select(SafetyTimer)).one()
    assert (row.closed_how, row.note_sealed) == ("staff", None)
    assert "timer_ended" in worker.acts()
    worker.stage.later(hours=3)
    assert not any("digits" in words for words in phone.unread)
