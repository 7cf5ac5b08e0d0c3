"""The rota in the panel: who is on call, gaps in red, exceptions, and swaps that wait for a yes."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot import training
from bot.escalation import roster
from bot.escalation.planning import made
from records.keystore import SYSTEM
from records.models import AuditEntry, Override, Rotation, Shift, Staff
from service import staffing
from tests.admin.desk import Desk
from tests.stage import MONDAY_MORNING, Stage

PAGE = "/admin/rota"
NIGHT = {"begin": "2026-12-01T21:00", "end": "2026-12-02T09:00", "slot": "first"}


@pytest.fixture
def boss(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("supervisor")


@pytest.fixture
def ann(stage: Stage) -> Desk:
    """The sample worker on call."""
    return Desk(stage).sign_in_as("caseworker")


def staff_id(desk: Desk, login: str) -> str:
    return str(desk.worker(login).id)


def first_at(stage: Stage, **after: float) -> int | None:
    """Who is first on call so long after Monday 09:00."""
    at = MONDAY_MORNING + timedelta(**after)
    with stage.line.database.read() as session:
        found = roster.load(session, stage.line, stage.line.now())
    return roster.on_call(at, found).first


def row_id(stage: Stage, model: type[Rotation | Shift | Override], slot: str = "first") -> int:
    with stage.line.database.read() as session:
        return session.scalars(select(model.id).where(model.slot == slot)).one()


def test_the_week_shows_who_has_which_hours_and_no_gap(ann: Desk) -> None:
    page = ann.read(PAGE)
    assert "Somebody is first on call at every hour of the next 14 days" in page
    assert page.count("Sample worker on call") >= 8 and 'class="nobody gap"' not in page
    assert "Add weekly hours" not in page and "read_rota" in ann.acts()
    assert "12-07" in ann.read(f"{PAGE}?week=1")


def test_an_edit_that_makes_a_gap_says_so_at_once_and_the_page_shows_it(
    stage: Stage, boss: Desk
) -> None:
    path = f"{PAGE}/turns/{row_id(stage, Rotation)}/end"
    boss.send(path, last_on="2026-12-03")
    page = boss.read(PAGE)
    assert "This leaves a time with nobody first on call. Thu 3 Dec, 09:00 to" in page
    assert page.count('class="nobody gap"') == 4
    assert first_at(stage, days=4) is None
    # What the edit did not make is not said again.
    boss.send(f"{PAGE}/override", who=staff_id(boss, "second"), reason="away", **NIGHT)
    assert "This leaves" not in boss.read(PAGE)
    assert "Nobody is first on call" in boss.read(PAGE)


def test_only_new_gaps_count() -> None:
    at = [MONDAY_MORNING + timedelta(hours=n) for n in range(6)]
    assert made([(at[1], at[2])], [(at[0], at[3])]) == [(at[0], at[1]), (at[2], at[3])]
    assert made([(at[0], at[5])], [(at[1], at[2])]) == []
    assert made([], [(at[1], at[2])]) == [(at[1], at[2])]


def test_weekly_hours_are_entered_and_ended(stage: Stage, boss: Desk) -> None:
    second = staff_id(boss, "second")
    form = {"slot": "first", "who": second, "starts": "22:00", "ends": "06:00"}
    answer = boss.client.post(
        f"{PAGE}/shift",
        data={"csrf_token": boss.form_token(), **form, "days": ["1", "2"], "until_on": ""},
    )
    assert answer.status_code == 303
    assert "22:00–06:00" in boss.read(PAGE)
    assert first_at(stage, days=1, hours=14) == int(second)
    assert first_at(stage, days=2, hours=-4) == int(second)
    assert first_at(stage, hours=14) != int(second)
    boss.send(f"{PAGE}/shift/{row_id(stage, Shift)}/end", last_on="2026-12-01")
    assert first_at(stage, days=1, hours=14) == int(second)
    assert first_at(stage, days=2, hours=14) != int(second)


def test_people_take_turns_in_the_order_given(stage: Stage, boss: Desk) -> None:
    members = [staff_id(boss, login) for login in ("second", "oncall")]
    form = {"slot": "second", "every_days": "1", "handoff": "09:00", "starts_on": "2026-12-01"}
    boss.send(f"{PAGE}/turns", member_1=members[0], member_2=members[1], **form)
    with stage.line.database.read() as session:
        found = roster.load(session, stage.line, stage.line.now())
    for days, member in ((1, members[0]), (2, members[1]), (3, members[0])):
        at = MONDAY_MORNING + timedelta(days=days, hours=1)
        assert roster.on_call(at, found).second == int(member)


def test_for_once_somebody_else_with_a_reason_and_taken_back(stage: Stage, boss: Desk) -> None:
    second = staff_id(boss, "second")
    boss.send(f"{PAGE}/override", who=second, reason="away", **NIGHT)
    assert "Away" in boss.read(PAGE) and first_at(stage, days=1, hours=13) == int(second)
    path = f"{PAGE}/override/{row_id(stage, Override)}/withdraw"
    boss.send(path)
    assert first_at(stage, days=1, hours=13) != int(second)
    assert boss.send(path).status_code == 404
    assert {"rota_override", "rota_override_withdrawn"} <= set(boss.acts())
    with stage.line.database.read() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.act == "rota_override")).one()
    assert entry.detail == f"first staff:{second} away"


@pytest.mark.parametrize(
    ("act", "fields", "said"),
    [
        ("override", {"reason": ""}, "Choose a reason"),
        ("override", {"end": "2026-12-01T20:00"}, "The end must come after"),
        ("override", {"begin": "soon"}, "The end must come after"),
        ("override", {"end": "2027-02-01T20:00"}, "The end must come after"),
        ("override", {"begin": "2026-11-01T09:00", "end": "2026-11-02T09:00"}, "That time is over"),
        ("override", {"slot": "third"}, "Choose which place"),
        ("override", {"who": "1"}, "Choose somebody whose phone"),
        ("shift", {"days": "", "starts": "09:00", "ends": "17:00"}, "Choose the days"),
        ("shift", {"days": "7", "starts": "09:00", "ends": "17:00"}, "Choose the days"),
        ("shift", {"days": "1", "starts": "25:00", "ends": "17:00"}, "Give hours"),
        ("turns", {"every_days": "0", "handoff": "09:00"}, "1 to 28 days"),
        ("turns", {"every_days": "7", "handoff": "nine"}, "Give hours"),
        ("turns", {"every_days": "7", "handoff": "09:00", "member_1": "5"}, "Choose somebody"),
    ],
)
def test_what_cannot_be_entered_is_refused_in_words(
    stage: Stage, boss: Desk, act: str, fields: dict[str, str], said: str
) -> None:
    second = staff_id(boss, "second")
    base = {**NIGHT, "who": second, "member_1": second, "reason": "away"}
    answer = boss.send(f"{PAGE}/{act}", **{**base, **fields})
    assert answer.status_code == 422 and said in answer.text
    with stage.line.database.read() as session:
        assert session.scalars(select(Shift)).all() == []
        assert session.scalars(select(Override)).all() == []
        assert len(session.scalars(select(Rotation)).all()) == 3


def test_who_cannot_be_paged_cannot_be_put_on_call(stage: Stage, boss: Desk) -> None:
    operator = staff_id(boss, "operator")
    answer = boss.send(f"{PAGE}/override", who=operator, reason="away", **NIGHT)
    assert answer.status_code == 422


def test_new_turns_need_training_and_what_is_set_stays(stage: Stage, ann: Desk, boss: Desk) -> None:
    cara = boss.hire("cara")
    with stage.line.database.write() as session:
        row = session.get_one(Staff, cara.id)
        row.phone_sealed = stage.line.vault.seal(SYSTEM, f"staff.phone:{row.id}", "+16135550199")
    for act in ("override", "swap"):
        desk = boss if act == "override" else ann
        answer = desk.send(f"{PAGE}/{act}", who=str(cara.id), reason="away", **NIGHT)
        assert answer.status_code == 422 and "need current training" in answer.text
    for topic in training.TOPICS:
        staffing.trained(stage.line, "cara", topic, date(2026, 12, 1))
    assert (
        boss.send(f"{PAGE}/override", who=str(cara.id), reason="away", **NIGHT).status_code == 303
    )
    assert first_at(stage, days=1, hours=13) == cara.id


def _swap(desk: Desk, to: str, **more: str) -> int:
    return desk.send(f"{PAGE}/swap", who=staff_id(desk, to), **{**NIGHT, **more}).status_code


def _answer(desk: Desk, answer: str) -> int:
    found = re.search(rf'action="({PAGE}/swap/\d+/{answer})"', desk.read(PAGE))
    assert found, f"nothing to {answer}"
    return desk.send(found[1]).status_code


def test_a_swap_holds_only_once_it_is_accepted(stage: Stage, ann: Desk, boss: Desk) -> None:
    mine, theirs = int(staff_id(ann, "oncall")), int(staff_id(ann, "supervisor"))
    assert _swap(ann, "supervisor") == 303
    stage.later(seconds=1)
    stage.phone("0193").hears("Someone asks you to take over").hears_nothing()
    assert first_at(stage, days=1, hours=13) == mine
    assert "stays on call until it is accepted" in ann.read(PAGE)
    assert _answer(boss, "accept") == 303
    stage.later(seconds=1)
    stage.phone("0191").hears("You are relieved").hears_nothing()
    assert first_at(stage, days=1, hours=13) == theirs
    assert first_at(stage, days=2, hours=1) == mine
    assert "Swaps that wait" not in boss.read(PAGE)
    assert {"swap_asked", "swap_accepted"} <= set(ann.acts())


def test_a_swap_that_is_declined_or_taken_back_changes_nothing(
    stage: Stage, ann: Desk, boss: Desk
) -> None:
    mine = int(staff_id(ann, "oncall"))
    _swap(ann, "supervisor")
    assert _answer(boss, "decline") == 303
    stage.later(seconds=1)
    stage.phone("0191").hears("Not taken over")
    _swap(ann, "supervisor")
    assert _answer(ann, "withdraw") == 303
    assert first_at(stage, days=1, hours=13) == mine
    assert {"swap_declined", "swap_withdrawn"} <= set(ann.acts())


def test_nobody_else_answers_a_swap_or_gives_away_what_is_not_theirs(
    stage: Stage, ann: Desk, boss: Desk
) -> None:
    _swap(ann, "second")
    found = re.search(rf"{PAGE}/swap/(\d+)/withdraw", ann.read(PAGE))
    assert found
    for desk, answer in ((boss, "accept"), (boss, "withdraw"), (ann, "accept"), (ann, "decline")):
        assert desk.send(f"{PAGE}/swap/{found[1]}/{answer}").status_code == 404
    assert _swap(ann, "oncall") == 422
    assert _swap(ann, "supervisor", slot="second") == 422
    assert _swap(ann, "supervisor", end="2026-12-01T20:00") == 422


def test_only_a_supervisor_enters_the_rota(stage: Stage, ann: Desk) -> None:
    second = staff_id(ann, "second")
    for act in ("shift", "turns", "override", f"turns/{row_id(stage, Rotation)}/end"):
        assert ann.send(f"{PAGE}/{act}", who=second, reason="away", **NIGHT).status_code == 404
    with stage.line.database.read() as session:
        assert session.scalars(select(Override)).all() == []
        assert session.scalars(select(Staff)).all()
