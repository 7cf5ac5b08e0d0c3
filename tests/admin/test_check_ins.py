"""Check-ins are agreed in the panel: only with the client's yes, and without telling words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from records.models import AuditEntry, CheckPlan, Consent, Contact
from tests.admin.desk import Desk
from tests.stage import Stage

GOAL = {"kind": "goal", "every": "week", "on": "2026-12-01", "hour": "13"}
HOW = {"kind": "how", "every": "week", "on": "2026-12-01", "hour": "13"}


def plans(desk: Desk) -> list[CheckPlan]:
    with desk.line.database.read() as session:
        return list(session.scalars(select(CheckPlan).order_by(CheckPlan.id)))


def page(desk: Desk) -> str:
    return desk.thread("/check-ins")


@pytest.fixture
def safe_worker(stage: Stage, worker: Desk) -> Desk:
    """A worker whose newest client called the phone safe."""
    with stage.line.database.write() as session:
        session.scalars(select(Contact)).one().safe_to_text = "yes"
    return worker


def test_a_worker_may_not_say_yes_in_the_clients_place(worker: Desk) -> None:
    answer = worker.send(page(worker), **HOW)
    assert answer.status_code == 422 and "Ask the client first" in answer.text
    assert plans(worker) == []
    assert worker.send(page(worker), said_yes="1", **HOW).status_code == 303
    with worker.line.database.read() as session:
        consent = session.scalars(select(Consent)).one()
        told = session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "consent")).all()
    assert consent.given and consent.how == "staff" and told == ["check_ins:yes told to staff"]


def test_what_was_agreed_is_sent_and_its_answer_stands_in_the_table(
    stage: Stage, safe_worker: Desk
) -> None:
    worker, client = safe_worker, stage.phone()
    worker.send(page(worker), said_yes="1", **HOW)
    for answer in ("1", "2", "3"):
        stage.later(days=1 if answer == "1" else 7, hours=5)
        client.hears("How are you today?").texts(answer).ignores()
    worker = Desk(stage).sign_in_as("supervisor")  # two weeks on, the first sign-in has ended
    shown = worker.read(page(worker))
    assert '<svg class="moods"' in shown and shown.count("<circle") == 3
    for words in ("<td>ok</td>", "<td>so-so</td>", "<td>not ok</td>", "agreed with"):
        assert words in shown
    assert "read_check_ins" in worker.acts()
    for phone in ("0191", "0192", "0193"):
        stage.phone(phone).ignores()


def test_a_new_pace_takes_the_place_of_the_old_one(worker: Desk) -> None:
    worker.send(page(worker), said_yes="1", **HOW)
    worker.send(page(worker), **{**HOW, "every": "month"})
    assert [(p.every, p.ended_why) for p in plans(worker)] == [("week", "changed"), ("month", None)]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**GOAL, "step": "go to rehab on monday"}, "would tell others"),
        ({**GOAL, "step": ""}, "1 to 80 characters"),
        ({**GOAL, "step": "x" * 81}, "1 to 80 characters"),
        ({**HOW, "on": "2026-11-29"}, "from today on"),
        ({**HOW, "on": "2036-11-29"}, "from today on"),
        ({**HOW, "on": "soon"}, "from today on"),
        ({**HOW, "every": "minute"}, "not complete"),
        ({**HOW, "kind": "spam"}, "not complete"),
        ({**HOW, "hour": "3"}, "not complete"),
        ({"kind": "caring", "on": "2026-11-30", "hour": "13", "birthday": "02-30"}, "month-day"),
    ],
)
def test_a_form_that_cannot_be_is_refused(worker: Desk, fields: dict[str, str], said: str) -> None:
    answer = worker.send(page(worker), said_yes="1", **fields)
    assert answer.status_code == 422 and said in answer.text
    assert plans(worker) == []


def test_a_step_and_a_birthday_are_sealed(worker: Desk) -> None:
    worker.send(page(worker), said_yes="1", **GOAL, step="find the blue folder")
    caring = {"kind": "caring", "on": "2026-11-30", "hour": "13", "birthday": "02-14"}
    worker.send(page(worker), **caring)
    assert "find the blue folder" in worker.read(page(worker))
    goal, after = plans(worker)
    assert goal.words_sealed and b"folder" not in goal.words_sealed
    assert after.birthday_sealed and b"02-14" not in after.birthday_sealed


def test_ending_a_plan_ends_it_and_only_under_its_own_client(stage: Stage, worker: Desk) -> None:
    worker.send(page(worker), said_yes="1", **HOW)
    plan, own = plans(worker)[0], worker.thread()
    stage.later(minutes=1)
    stage.phone("0142").texts("blorp zonk").ignores()
    assert worker.send(worker.thread(f"/check-ins/{plan.id}/end")).status_code == 404
    assert plans(worker)[0].ended_at is None
    assert worker.send(f"{own}/check-ins/{plan.id}/end").status_code == 303
    assert plans(worker)[0].ended_why == "staff"
    assert worker.send(f"{own}/check-ins/{plan.id}/end").status_code == 404


@pytest.mark.parametrize("role", ["translator", "evaluator", "operator"])
def test_who_does_not_answer_clients_agrees_nothing(stage: Stage, worker: Desk, role: str) -> None:
    outsider = Desk(stage).sign_in_as(role)
    fields = {"csrf_token": outsider.form_token("/admin/account"), "said_yes": "1", **HOW}
    assert outsider.client.post(page(worker), data=fields).status_code == 404
    assert plans(worker) == []
