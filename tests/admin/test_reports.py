"""The page of safety notes: found, worded, merged, released, printed; to the police on a ground."""

from __future__ import annotations

import re

from sqlalchemy import select

from records.models import Report
from tests.admin.desk import Desk
from tests.stage import Stage

FIRST = {"words": "grey beard, took cash", "plate": "ABCD 123", "phone": "613 555 0166"}


def rows(desk: Desk) -> list[Report]:
    with desk.line.database.read() as session:
        return list(session.scalars(select(Report)))


def desk_with_two(stage: Stage) -> tuple[Desk, list[str]]:
    worker = Desk(stage).sign_in_as("caseworker")
    worker.send("/admin/notes/new", **FIRST)
    worker.send("/admin/notes/new", words="red truck, followed her")
    return worker, [str(row.id) for row in rows(worker)]


def test_a_note_is_found_worded_released_and_printed(stage: Stage) -> None:
    worker, _ = desk_with_two(stage)
    page = worker.send("/admin/notes", plate="cd1").text
    assert "took cash" in page and "red truck" not in page
    one = next(str(row.id) for row in rows(worker) if f"/notes/{row.id}/word" in page)
    assert worker.send("/admin/notes/release", chosen=one).status_code == 303
    assert rows(worker)[0].batch_id is None  # nobody has worded it
    worker.send(f"/admin/notes/{one}/word", words="Grey beard, ABCD 123. He trafficks. Keep away.")
    assert "too much: trafficks" in worker.read("/admin/notes")
    worker.send(f"/admin/notes/{one}/word", words="Grey beard, ABCD 123. Keep away.")
    worker.send("/admin/notes/release", chosen=one)
    assert "Keep away" in worker.read("/admin/notes/sheet")
    assert "took cash" not in worker.read("/admin/notes/sheet")
    assert {"report_worded", "reports_released", "read_reports"} <= set(worker.acts())


def test_merged_and_dropped_notes_are_out_of_the_way(stage: Stage) -> None:
    worker, ids = desk_with_two(stage)
    token = worker.form_token("/admin/account")
    fields = {"csrf_token": token, "chosen": ids}
    worker.client.post("/admin/notes/merge", data=fields)
    assert sorted(row.state for row in rows(worker)) == ["merged", "new"]
    assert len(re.findall(r'name="chosen"', worker.read("/admin/notes"))) == 1
    worker.send(f"/admin/notes/{ids[0]}/drop")
    assert len(rows(worker)) == 1


def test_the_police_get_one_by_recorded_consent_or_a_supervisors_order_alone(stage: Stage) -> None:
    worker, (one, other) = desk_with_two(stage)
    act = f"/admin/notes/{one}/police"
    worker.send(act, basis="consent", why="  ")
    worker.send(act, basis="because", why="he asked")
    assert worker.send(act, basis="order", why="a letter").status_code == 404
    assert {row.police_basis for row in rows(worker)} == {None}
    worker.send(act, basis="consent", why="she agreed on the phone")
    boss = Desk(stage).sign_in_as("supervisor")
    boss.send(f"/admin/notes/{other}/police", basis="order", why="court order 12")
    assert {row.police_basis for row in rows(worker)} == {"consent", "order"}
    assert worker.acts().count("report_to_police") == 2


def test_what_is_looked_for_stands_in_no_address(stage: Stage) -> None:
    worker, _ = desk_with_two(stage)
    assert 'role="search"' in worker.read("/admin/notes")
    assert "red truck" in worker.read("/admin/notes?plate=ABCD")  # an address finds nothing


def test_workers_learn_of_new_notes_in_the_morning_and_not_at_the_minute(stage: Stage) -> None:
    worker, _ = desk_with_two(stage)
    assert "Safety notes to review" not in worker.read("/admin/queue")
    stage.later(days=1)
    worker = Desk(stage).sign_in_as("caseworker")
    assert "Safety notes to review" in worker.read("/admin/queue")
