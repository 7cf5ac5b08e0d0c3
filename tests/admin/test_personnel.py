"""Who works here: added, given a role, disabled; never without a supervisor, never unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from admin.personnel import Person, StaffError
from records.models import Conversation, Escalation, QueueItem
from service import staffing
from tests.admin.desk import KNIFE, UNCLEAR, Desk
from tests.stage import Stage


def _open(desk: Desk, kind: str) -> list[str | None]:
    with desk.line.database.read() as session:
        found = select(QueueItem.subject).where(
            QueueItem.kind == kind, QueueItem.resolved_at.is_(None)
        )
        return list(session.scalars(found.order_by(QueueItem.id)))


def test_mail_is_sealed_and_looked_at(desk: Desk) -> None:
    person = Person("ann", "Ann", "caseworker", None, "ann@example.org")
    staffing.invited(desk.line, person)
    row = desk.worker("ann")
    assert row.email_sealed and b"example" not in row.email_sealed
    with pytest.raises(StaffError, match="no mail address"):
        staffing.invited(desk.line, Person("bob", "Bob", "caseworker", None, "bob"))


def test_the_last_supervisor_can_neither_be_disabled_nor_given_another_role(desk: Desk) -> None:
    desk.hire("boss", "supervisor")
    for act in (staffing.disabled, lambda line, name: staffing.given_role(line, name, "operator")):
        with pytest.raises(StaffError, match="last supervisor"):
            act(desk.line, "boss")
    desk.hire("second.boss", "supervisor")
    staffing.disabled(desk.line, "boss")
    assert not desk.worker("boss").is_active
    with pytest.raises(StaffError, match="last supervisor"):
        staffing.disabled(desk.line, "second.boss")


def test_another_role_counts_at_once_and_ends_what_was_open(desk: Desk) -> None:
    desk.hire("ann")
    desk.enter("ann")
    staffing.given_role(desk.line, "ann", "translator")
    assert not desk.signed_in()
    assert desk.worker("ann").role == "translator" and "change_role" in desk.acts()
    with pytest.raises(StaffError, match="no role"):
        staffing.given_role(desk.line, "ann", "chief")


def test_a_new_supervisor_is_shown_to_the_others(stage: Stage, desk: Desk) -> None:
    row = desk.hire("ann")
    staffing.given_role(desk.line, "ann", "supervisor")
    assert _open(desk, "new_supervisor") == [f"staff:{row.id}"]
    boss, worker = Desk(stage), Desk(stage)
    assert "made a supervisor" in boss.sign_in_as("supervisor").read("/admin/queue")
    assert "made a supervisor" not in worker.sign_in_as("caseworker").read("/admin/queue")


def test_a_disabled_worker_leaves_the_rota_and_a_gap_is_an_alarm(stage: Stage, desk: Desk) -> None:
    assert _open(desk, "alarm") == []
    staffing.disabled(desk.line, "oncall")
    assert {"nobody_on_call", "rota_gap"} <= set(_open(desk, "alarm"))
    stage.later(minutes=2)
    stage.phone("0192").hears("nobody is on call").ignores()
    stage.phone("0193").ignores()
    stage.phone("0191").hears_nothing()


def test_what_a_disabled_worker_had_is_nobodys_and_pages_on(stage: Stage, desk: Desk) -> None:
    stage.phone().texts("he has a knife and he is outside my door").ignores()
    stage.phone("0191").ignores()
    stage.phone("0192").ignores()
    with desk.line.database.read() as session:
        number = session.scalars(select(Escalation.number)).one()
    stage.phone("0191").texts(str(number)).ignores()
    staffing.disabled(desk.line, "oncall")
    with desk.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
    assert alert.state == "open" and alert.acknowledged_by is None
    stage.phone("0192").ignores()
    stage.later(minutes=1)
    stage.phone("0192").hears(f"item {number}").ignores()
    stage.phone("0191").hears_nothing()


def _alert(desk: Desk) -> Escalation:
    with desk.line.database.read() as session:
        return session.scalars(select(Escalation)).one()


def _busy(stage: Stage) -> Desk:
    """The worker on call has an urgent item, which they answered: it stays theirs for hours."""
    stage.phone().texts(KNIFE).ignores()
    ann = Desk(stage).sign_in_as("caseworker")
    ann.send(f"/admin/urgent/{_alert(ann).id}/take")
    assert ann.reply("I am here. Where are you?") == 303
    stage.later(hours=1)
    for digits in ("0141", "0191", "0192", "0193"):
        stage.phone(digits).ignores()
    assert _alert(ann).acknowledged_by == ann.worker("oncall").id
    return ann


def test_who_may_no_longer_answer_clients_has_no_urgent_item_and_it_pages_on(
    stage: Stage,
) -> None:
    ann = _busy(stage)
    staffing.given_role(ann.line, "oncall", "translator")
    assert (_alert(ann).state, _alert(ann).acknowledged_by) == ("open", None)
    stage.later(minutes=1)
    stage.phone("0192").hears("item 11").ignores()
    stage.phone("0191").hears_nothing()
    stage.phone("0193").ignores()


def test_with_a_role_that_still_answers_clients_it_stays_with_them(stage: Stage) -> None:
    ann = _busy(stage)
    staffing.given_role(ann.line, "oncall", "supervisor")
    stage.later(minutes=30)
    assert _alert(ann).acknowledged_by == ann.worker("oncall").id
    for digits in ("0141", "0191", "0192"):
        stage.phone(digits).hears_nothing()


@pytest.mark.parametrize("leaves", ["disabled", "translator", "evaluator", "operator"])
def test_a_client_whose_worker_left_is_heard_again_and_their_items_are_anybodys(
    stage: Stage, leaves: str
) -> None:
    client = stage.phone().texts(UNCLEAR).ignores()
    ann, boss = Desk(stage).sign_in_as("caseworker"), Desk(stage).sign_in_as("supervisor")
    ann.send(ann.thread("/take"))
    client.texts("when is the next circle").hears_nothing()
    if leaves == "disabled":
        staffing.disabled(ann.line, "oncall")
    else:
        staffing.given_role(ann.line, "oncall", leaves)
    with stage.line.database.read() as session:
        spoken = session.scalars(select(Conversation)).one()
        items = session.scalars(select(QueueItem).where(QueueItem.contact_id.is_not(None))).all()
    assert (spoken.handed_off_at, spoken.handed_off_to) == (None, None)
    assert {item.taken_by for item in items} == {None} and len(items) == 2
    assert "hand_back" in ann.acts()
    assert "Another worker was faster" not in boss.send(f"/admin/queue/{items[0].id}/take").text
    client.texts("circle").hears("circle").ignores()


def test_what_a_worker_closed_stays_noted_as_theirs(worker: Desk) -> None:
    row = worker.worker("oncall")
    worker.send(worker.thread("/take"))
    worker.send(worker.thread("/hand-back"))
    with worker.line.database.write() as session:
        item = session.scalars(select(QueueItem)).one()
        item.resolved_at, item.resolved_by = worker.line.now(), row.id
    staffing.disabled(worker.line, "oncall")
    with worker.line.database.read() as session:
        closed = session.get_one(QueueItem, item.id)
    assert (closed.taken_by, closed.resolved_by) == (row.id, row.id)
