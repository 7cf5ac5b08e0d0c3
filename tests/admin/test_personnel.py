"""Who works here: added, given a role, disabled; never without a supervisor, never unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from admin.personnel import Person, StaffError
from records.models import Escalation, QueueItem
from service import staffing
from tests.admin.desk import Desk
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
