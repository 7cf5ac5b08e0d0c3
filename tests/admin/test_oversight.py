"""Who looked at whom: unexplained looks come first, and one click makes the report of a breach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from bot import law, looks
from records.audit import note
from records.models import Contact, QueueItem
from scheduler.nightly import watch_looks
from service.rehearsal import stage_config
from tests.admin.desk import Desk, without_ids
from tests.stage import Stage


def test_a_look_with_no_work_for_the_client_stands_out(stage: Stage) -> None:
    for digits in ("0141", "0142"):
        stage.phone(digits).texts("qwerty blorp zonk").ignores()
        stage.later(seconds=5)
    worker = Desk(stage).sign_in_as("caseworker")
    worker.read(worker.thread())
    worker.reply("hello there")
    worker.read(f"/admin/conversations/{worker.client_id(1)}")
    boss = Desk(stage).sign_in_as("supervisor")
    page = boss.read("/admin/oversight")
    assert page.count('class="bad"') == 1
    assert page.index('class="bad"') < page.index("read_conversation", page.index('class="bad"'))
    assert "read_looks" in boss.acts()


def test_the_report_of_a_breach_names_who_saw_what_of_whom_and_what_to_do(stage: Stage) -> None:
    stage.phone().texts("qwerty blorp zonk").ignores()
    worker = Desk(stage).sign_in_as("caseworker")
    worker.read(worker.thread())
    boss = Desk(stage).sign_in_as("supervisor")
    assert "/admin/oversight/breach" in boss.read("/admin/audit")
    page = boss.read("/admin/oversight/breach")
    assert worker.client_id() in page and "read_conversation" in page
    assert "PHIPA" in page and "Commissioner" in page
    assert "blorp" not in page and "0141" not in without_ids(page)
    with stage.line.database.read() as session:
        contact_id = session.scalars(select(Contact.id)).one()
    assert "read_conversation" in boss.read(f"/admin/oversight/breach?client={contact_id}&days=7")
    assert "No looks" in boss.read(f"/admin/oversight/breach?client={contact_id + 1}")
    assert boss.open("/admin/oversight/breach?days=3").status_code == 404
    assert "breach_report" in boss.acts()


def test_a_long_list_comes_in_pages_and_says_how_long_it_is(stage: Stage) -> None:
    now = stage.line.now()
    with stage.line.database.write() as session:
        for n in range(1, looks.A_PAGE + 3):
            note(session, now - timedelta(hours=1), "staff:77", "read_conversation", contact_id=n)
        note(session, now, "staff:77", "reply", contact_id=1)
    boss = Desk(stage).sign_in_as("supervisor")
    for path in ("/admin/oversight?days=1", "/admin/oversight/breach?days=1"):
        page = boss.read(path)
        assert page.count('class="bad"') == looks.A_PAGE and "1 to 100 of 102." in page
        rest = boss.read(f"{path}&skip=100")
        assert rest.count("read_conversation") == 2 and rest.count('class="bad"') == 1
        assert "101 to 102 of 102." in rest and "Older entries" not in rest
        assert boss.open(f"{path}&skip=-1").status_code == 404


def test_the_law_that_is_set_decides_the_steps() -> None:
    assert stage_config().legal_profile == "phipa"  # the strictest, unless counsel says otherwise
    stage = Stage(config=replace(stage_config(), legal_profile="cyfsa"))
    assert "the Minister" in Desk(stage).sign_in_as("supervisor").read("/admin/oversight/breach")
    assert all(set(one.breach_steps) >= {"stop", "tell_person"} for one in law.PROFILES.values())


def test_nobody_closes_what_is_about_themselves_while_another_can(stage: Stage) -> None:
    boss, other = Desk(stage), Desk(stage)
    row, now = boss.hire("boss", "supervisor"), stage.line.now()
    with stage.line.database.write() as session:
        for n in range(looks.UNUSUAL):
            note(session, now, f"staff:{row.id}", "read_conversation", contact_id=n)
    watch_looks(stage.line, now)
    boss.enter("boss")
    assert "looked at many clients" in boss.read("/admin/queue")  # there is nobody else
    other.hire("other", "supervisor")
    other.enter("other")
    assert "looked at many clients" not in boss.read("/admin/queue")
    with stage.line.database.read() as session:
        item = session.scalars(select(QueueItem.id)).one()
    there = f"/admin/queue/{item}/resolve"
    assert boss.send(there, outcome="no_action").status_code == 404
    assert "looked at many clients" in other.read("/admin/queue")
    assert other.send(there, of=other.mark(there), outcome="no_action").status_code == 303
    assert "looked at many clients" not in other.read("/admin/queue")


def test_many_unexplained_looks_are_put_before_the_supervisor_alone(stage: Stage) -> None:
    now = stage.line.now()
    with stage.line.database.write() as session:
        for n in range(looks.UNUSUAL):
            note(session, now - timedelta(hours=n), "staff:77", "read_conversation", contact_id=n)
    watch_looks(stage.line, now)
    with stage.line.database.read() as session:
        assert session.scalars(select(QueueItem.kind)).all() == ["unusual_looks"]
    assert "looked at many clients" in Desk(stage).sign_in_as("supervisor").read("/admin/queue")
    said = Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    assert "looked at many clients" not in said
