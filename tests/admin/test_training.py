"""New shifts need training that counts; a lapse is told in time and takes nobody off the rota."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot import training
from bot.escalation import roster
from records.models import QueueItem, Shift, Staff
from service import staffing
from tests.admin.desk import Desk
from tests.stage import Stage

TODAY = date(2026, 11, 30)


def _needed(desk: Desk, row: Staff, today: date = TODAY) -> tuple[str, ...]:
    with desk.line.database.read() as session:
        return training.needed_for_shift(session, row.id, today)


def _told(desk: Desk) -> list[str | None]:
    with desk.line.database.read() as session:
        found = select(QueueItem.dedupe_key).where(QueueItem.kind == "training_due")
        return list(session.scalars(found.order_by(QueueItem.id)))


def test_a_new_shift_needs_both_trainings_up_to_and_on_their_last_day(desk: Desk) -> None:
    row = desk.hire("ann")
    assert _needed(desk, row) == training.TOPICS
    staffing.trained(desk.line, "ann", "suicide_prevention", TODAY)
    assert _needed(desk, row) == ("de_escalation",)
    staffing.trained(desk.line, "ann", "de_escalation", TODAY + timedelta(days=1))
    assert _needed(desk, row) == ()
    assert _needed(desk, row, TODAY + timedelta(days=1)) == ("suicide_prevention",)
    with pytest.raises(staffing.StaffError, match="no topic"):
        staffing.trained(desk.line, "ann", "juggling", TODAY)


def test_a_supervisors_exception_counts_until_its_day(desk: Desk) -> None:
    row, boss = desk.hire("ann"), desk.hire("boss", "supervisor")
    with desk.line.database.write() as session:
        now = desk.line.now()
        training.let_off(session, desk.line, row.id, TODAY, "Course is on Friday", boss.id, now)
    assert _needed(desk, row) == ()
    assert _needed(desk, row, TODAY + timedelta(days=1)) == training.TOPICS
    assert "training_exception" in desk.acts()


def test_sample_people_need_none(desk: Desk) -> None:
    assert _needed(desk, desk.worker("oncall")) == ()


def test_a_supervisor_is_told_at_60_30_and_7_days_once_each(stage: Stage, desk: Desk) -> None:
    desk.hire("ann")
    staffing.trained(desk.line, "ann", "de_escalation", TODAY + timedelta(days=61))
    stage.later(hours=2)
    assert _told(desk) == []
    for days, expected in ((1, 1), (2, 1), (28, 2), (2, 2), (21, 3), (1, 3), (12, 3)):
        stage.later(days=days)
        assert len(_told(desk)) == expected, days
    assert {key.rpartition(":")[2] for key in _told(desk) if key} == {"60", "30", "7"}
    page = Desk(stage).sign_in_as("supervisor").read("/admin/queue")
    assert "training ends soon" in page and "Worker ann" in page
    assert "training ends soon" not in Desk(stage).sign_in_as("caseworker").read("/admin/queue")


def test_a_new_training_closes_the_warnings_about_the_old_one(stage: Stage, desk: Desk) -> None:
    desk.hire("ann")
    staffing.trained(desk.line, "ann", "de_escalation", TODAY + timedelta(days=5))
    stage.later(hours=2)
    assert len(_told(desk)) == 1
    staffing.trained(desk.line, "ann", "de_escalation", TODAY + timedelta(days=700))
    with desk.line.database.read() as session:
        is_open = select(QueueItem).where(QueueItem.resolved_at.is_(None))
        assert [i.kind for i in session.scalars(is_open)].count("training_due") == 0
    stage.later(days=1)
    assert len(_told(desk)) == 1


def test_a_lapse_takes_nobody_off_a_shift_that_is_set(stage: Stage, desk: Desk) -> None:
    row = desk.hire("ann")
    staffing.trained(desk.line, "ann", "de_escalation", TODAY)
    with desk.line.database.write() as session:
        worker = session.get_one(Staff, row.id)
        worker.phone_sealed = desk.line.vault.seal(
            "system", f"staff.phone:{row.id}", "+16135550177"
        )
        session.add(
            Shift(
                slot="first",
                staff_id=row.id,
                weekdays="0123456",
                starts=0,
                ends=0,
                from_on=TODAY,
            )
        )
    stage.later(days=3)
    assert _needed(desk, row, TODAY + timedelta(days=3)) != ()
    with desk.line.database.read() as session:
        assert roster.now_on_call(session, desk.line, desk.line.now())[0].first == row.id
