"""Working the queue: putting off, notes, correcting a level, closing what another has."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from admin import item_acts
from admin.access import Viewer
from bot.case import add_item
from records.models import Contact, Correction, Escalation, Message, Note, QueueItem
from tests.admin.desk import KNIFE, UNCLEAR, Desk
from tests.stage import Stage


def _item(desk: Desk) -> int:
    with desk.line.database.read() as session:
        return session.scalars(select(QueueItem.id)).one()


def _alert(desk: Desk) -> Escalation:
    with desk.line.database.read() as session:
        return session.scalars(select(Escalation)).one()


def _said(desk: Desk, path: str, **fields: str) -> str:
    answer = desk.client.post(
        path,
        data={"csrf_token": desk.form_token("/admin/account"), **fields},
        follow_redirects=True,
    )
    assert answer.status_code == 200
    return answer.text


def test_urgent_stands_first_then_people_then_what_went_wrong_then_what_to_confirm(
    stage: Stage,
) -> None:
    stage.phone("0142").texts(UNCLEAR).ignores()
    kinds = ("stale_resource", "no_answer", "not_delivered", "wants_person")
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact.id)).one()
        for kind in kinds:  # the other way round than they shall stand
            of = None if kind == "stale_resource" else contact
            add_item(session, stage.line.now(), kind, contact_id=of, dedupe_key=kind)
    stage.later(minutes=7)
    stage.phone("0143").texts(KNIFE).ignores()
    stage.later(minutes=2)
    page = Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    titles = re.findall(r"<h2>([^<]+)</h2>", page)
    assert titles == [
        "Urgent", "People who wait", "Unanswered", "Did not arrive", "Check-ins missed",
        "To confirm",
    ]  # fmt: skip
    first = page[page.index("<h2>Urgent") : page.index("<h2>People")]
    assert "2 min" in first and "Nobody has it" in first
    assert "9 min" in page[page.index("<h2>Unanswered") :]
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()


def test_what_is_put_off_comes_back_at_its_time(stage: Stage, worker: Desk) -> None:
    path = f"/admin/queue/{_item(worker)}/snooze"
    page = _said(worker, path, of=worker.mark(path), until="2026-12-01T09:00")
    assert "Nothing waits." in page and "1 put off" in page
    assert "Not understood" in worker.read("/admin/queue?later=1")
    stage.later(hours=23)
    worker.sign_in_as("caseworker")
    assert "Nothing waits." in worker.read("/admin/queue")
    stage.later(hours=1)
    worker.sign_in_as("caseworker")
    assert "Not understood" in worker.read("/admin/queue")
    assert "snooze_item" in worker.acts()


def test_a_call_that_was_asked_for_stands_with_its_time(stage: Stage, worker: Desk) -> None:
    phone = stage.phone().texts("call me after 8").ignores()
    assert "Wanted:" in worker.read("/admin/queue") and "20:00" in worker.read("/admin/queue")
    phone.texts("no wait call me at 7pm").ignores()
    page = worker.read("/admin/queue")
    assert "19:00" in page and "20:00" not in page and page.count("Wanted:") == 1


def test_news_brings_back_what_was_put_off(stage: Stage, worker: Desk) -> None:
    path = f"/admin/queue/{_item(worker)}/snooze"
    worker.send(path, of=worker.mark(path), until="2026-12-03T09:00")
    assert "Nothing waits." in worker.read("/admin/queue")
    stage.phone().texts("blorp zonk again").ignores()
    assert "Not understood" in worker.read("/admin/queue")


@pytest.mark.parametrize(
    "until", ["", "nonsense", "2026-11-30T08:59", "2027-11-30T09:00", "2026-12-01T09:00Z"]
)
def test_only_to_a_time_that_can_be(worker: Desk, until: str) -> None:
    path = f"/admin/queue/{_item(worker)}/snooze"
    page = _said(worker, path, of=worker.mark(path), until=until)
    assert "That cannot be put off" in page and "Not understood" in page


def test_an_urgent_item_cannot_be_put_off(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    with stage.line.database.write() as session:
        item = session.scalars(select(QueueItem)).one()
    page = desk.read("/admin/queue")
    assert f"/admin/queue/{item.id}/snooze" not in page
    assert desk.send(f"/admin/queue/{item.id}/snooze", until="2026-12-01T09:00").status_code == 404


MORE_CAME = "Something new has come in"
ACTS = {"resolve": {"outcome": "no_action"}, "snooze": {"until": "2026-12-01T09:00"}}


@pytest.mark.parametrize("act", ACTS)
def test_what_came_since_the_page_was_shown_is_not_closed_or_put_off_with_the_rest(
    stage: Stage, worker: Desk, act: str
) -> None:
    path, fields = f"/admin/queue/{_item(worker)}/{act}", ACTS[act]
    shown = worker.mark(path)
    assert "Newest text:" not in worker.read("/admin/queue")
    stage.later(minutes=3)
    stage.phone().texts("blarg fnord wibble").ignores()
    assert MORE_CAME in _said(worker, path, of=shown, **fields)
    assert MORE_CAME in _said(worker, path, **fields)
    page = worker.read("/admin/queue")
    assert "Not understood" in page and re.search(r"Newest text:.*09:03", page)
    assert MORE_CAME not in _said(worker, path, of=worker.mark(path), **fields)
    assert "Not understood" not in worker.read("/admin/queue")


@pytest.mark.parametrize("act", ACTS)
def test_what_grows_graver_in_that_very_instant_stays(stage: Stage, worker: Desk, act: str) -> None:
    line, now = stage.line, stage.line.now()
    viewer = Viewer(worker.worker("oncall").id, "oncall", "caseworker", 1)
    with line.database.read() as session:
        item = session.scalars(select(QueueItem)).one()  # as it stood when it was looked up
    mark = item_acts.mark_of(item)
    with line.database.write() as session:
        add_item(session, now, item.kind, "urgent", item.contact_id, 77, item.dedupe_key)
    with line.database.write() as session:
        stale = session.merge(item, load=False)
        if act == "resolve":
            said = item_acts.resolve(session, viewer, stale, mark, "no_action", now)
        else:
            said = item_acts.snooze(session, viewer, stale, mark, now + timedelta(days=30), now)
    assert said == "queue.more_came"
    with line.database.read() as session:
        left = session.scalars(select(QueueItem)).one()
    assert (left.level, left.snoozed_until_at, left.resolved_at) == ("urgent", None, None)


def test_an_item_about_no_text_is_closed_with_its_mark_alone(stage: Stage) -> None:
    with stage.line.database.write() as session:
        add_item(session, stage.line.now(), "alarm", "urgent", dedupe_key="a", subject="carrier")
    boss = Desk(stage).sign_in_as("supervisor")
    path = f"/admin/queue/{_item(boss)}/resolve"
    assert MORE_CAME in _said(boss, path, outcome="mended")
    assert "Resolved." in _said(boss, path, of=boss.mark(path), outcome="mended")


def test_an_urgent_item_is_not_closed_by_who_does_not_have_it(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    path = f"/admin/urgent/{_alert(desk).id}/resolve"
    assert "Take it first" in _said(desk, path, outcome="safe")
    assert _alert(desk).state == "open"


def test_closing_what_another_has_needs_a_reason_and_that_one_is_told(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    ann, ben = Desk(stage).sign_in_as("caseworker"), Desk(stage).sign_in_as("supervisor")
    alert = _alert(ann)
    ann.send(f"/admin/urgent/{alert.id}/take")
    stage.later(seconds=1)
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()
    path = f"/admin/urgent/{alert.id}/resolve"
    assert "Say why you resolve it" in _said(ben, path, heard=ben.heard(), outcome="safe", why="  ")
    assert _alert(ann).state == "acknowledged"
    stage.phone("0191").hears_nothing()
    said = _said(ben, path, heard=ben.heard(), outcome="safe", why="She called me, she is home.")
    assert "Resolved." in said
    assert _alert(ann).state == "resolved"
    stage.later(seconds=1)
    stage.phone("0191").hears("Item 11, which you had, was closed by someone else")
    assert "She called me, she is home." in ann.read(ann.thread())


def test_a_cry_that_came_since_the_page_was_shown_is_not_closed_with_the_rest(
    stage: Stage,
) -> None:
    client = stage.phone()
    client.texts(KNIFE).ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    path = f"/admin/urgent/{_alert(desk).id}"
    desk.send(f"{path}/take")
    shown = desk.heard()
    client.texts("thank you").ignores()
    assert desk.heard() == shown
    client.texts("hes back he has a gun").ignores()
    page = _said(desk, f"{path}/resolve", heard=shown, outcome="safe")
    assert "Something new has come in" in page
    assert "Something new has come in" in _said(desk, f"{path}/resolve", outcome="safe")
    assert _alert(desk).state == "acknowledged"
    assert "Resolved." in _said(desk, f"{path}/resolve", heard=desk.heard(), outcome="safe")
    assert _alert(desk).state == "resolved"
    stage.later(minutes=2)
    for digits in ("0191", "0192", "0193"):
        stage.phone(digits).ignores()


def test_a_note_is_kept_for_colleagues_and_never_sent(stage: Stage, worker: Desk) -> None:
    page = _said(worker, worker.thread("/note"), note="<b>Prefers mornings</b>")
    assert "&lt;b&gt;Prefers mornings" in page
    stage.later(minutes=1)
    stage.phone().hears_nothing()
    with stage.line.database.read() as session:
        assert b"mornings" not in session.scalars(select(Note.body_sealed)).one()
    assert "write_note" in worker.acts()
    assert "Write something first." in _said(worker, worker.thread("/note"), note=" ")


def test_a_note_by_whoever_has_the_item_counts_as_looking_after_it(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    ann, ben = Desk(stage).sign_in_as("caseworker"), Desk(stage).sign_in_as("supervisor")
    ann.send(f"/admin/urgent/{_alert(ann).id}/take")
    ben.send(ben.thread("/note"), note="I saw this too")
    assert _alert(ann).human_at is None
    ann.send(ann.thread("/note"), note="Calling her now")
    stage.later(minutes=20)
    assert _alert(ann).state == "acknowledged" and _alert(ann).human_at is not None


def _correct(desk: Desk, level: str, reason: str = "she means it") -> str:
    with desk.line.database.read() as session:
        seq = session.scalars(
            select(Message.seq).where(Message.direction == "inbound").order_by(Message.seq)
        ).first()
    return _said(desk, desk.thread(f"/texts/{seq}/level"), level=level, reason=reason)


def test_a_text_made_urgent_opens_an_item_that_the_worker_has(stage: Stage, worker: Desk) -> None:
    assert "Say why" in _correct(worker, "urgent", " ")
    assert "It has that level already." in _correct(worker, "routine")
    assert "Corrected." in _correct(worker, "urgent")
    alert = _alert(worker)
    assert (alert.level, alert.state) == ("urgent", "acknowledged")
    assert alert.acknowledged_by == worker.worker("oncall").id
    stage.later(minutes=16)  # a promise like any other: nothing was written, so others are paged
    assert _alert(worker).state == "open"
    stage.phone().ignores()


def test_a_false_alarm_is_closed_as_a_mistake_and_kept_for_review(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    ann, ben = Desk(stage).sign_in_as("caseworker"), Desk(stage).sign_in_as("supervisor")
    ben.send(f"/admin/urgent/{_alert(ann).id}/take")
    assert "Another worker has this urgent item" in _correct(ann, "routine")
    assert _alert(ann).state == "acknowledged"
    assert "Corrected." in _correct(ben, "routine", "a line of a song")
    assert (_alert(ann).state, _alert(ann).outcome) == ("resolved", "mistake")
    with stage.line.database.read() as session:
        row = session.scalars(select(Correction)).one()
    assert (row.was, row.level, row.reviewed_at) == ("emergency", "routine", None)
    assert b"song" not in row.reason_sealed


def test_a_supervisor_reads_corrections_and_marks_them(stage: Stage, worker: Desk) -> None:
    _correct(worker, "urgent", "it is her word for help")
    boss = Desk(stage).sign_in_as("supervisor")
    page = boss.read("/admin/corrections")
    assert "it is her word for help" in page and UNCLEAR in page
    mark = re.search(r'action="(/admin/corrections/\d+/reviewed)"', page)
    assert mark
    boss.send(mark[1])
    assert "Nothing to read." in boss.read("/admin/corrections")
    assert boss.send(mark[1]).status_code == 404
    assert {"read_correction", "review_correction", "correct_triage"} <= set(boss.acts())


def test_lowered_an_emergency_stays_open(stage: Stage) -> None:
    stage.phone().texts(KNIFE).ignores()
    desk = Desk(stage).sign_in_as("caseworker")
    _correct(desk, "urgent")
    assert (_alert(desk).level, _alert(desk).state) == ("urgent", "open")
