"""Supervisors invite, train and disable colleagues; nobody rises or takes a place unseen."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from records.models import Staff, TrainingException
from tests.admin.desk import Desk
from tests.stage import Stage

TEAM = "/admin/team"
ANN = {"name": "Ann", "login": "ann", "role": "caseworker", "phone": "", "email": ""}


@pytest.fixture
def boss(stage: Stage) -> Desk:
    """A supervisor, signed in."""
    made = Desk(stage)
    made.hire("boss", "supervisor")
    assert made.enter("boss").status_code == 303
    return made


def _post(desk: Desk, path: str, **fields: str) -> TestResponse:
    token = desk.form_token("/admin/account")
    return desk.client.post(path, data={"csrf_token": token, **fields})


def test_who_is_invited_opens_the_link_and_it_is_shown_once(stage: Stage, boss: Desk) -> None:
    page = _post(boss, TEAM, **ANN | {"phone": "613 555 0177", "email": "ann@example.org"})
    found = re.search(r'class="secret">([^<]+)<', page.text)
    assert found
    path = found[1].removeprefix(boss.line.config.public_url)
    assert "Ann" in Desk(stage).read(path)
    listed = boss.read(TEAM)
    assert "has not signed in yet" in listed and found[1] not in listed
    assert "5550177" not in listed and "•••• 77" in listed and "example.org" not in listed
    assert boss.worker("ann").email_sealed


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"login": "A nn"}, "A login is"),
        ({"login": "boss"}, "That login is taken"),
        ({"name": " "}, "A name is needed"),
        ({"phone": "five"}, "no phone number"),
        ({"phone": "+16135550191"}, "another worker"),
        ({"email": "ann"}, "no mail address"),
        ({"role": "chief"}, "does not exist"),
        ({"role": "supervisor"}, "does not exist"),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(
    boss: Desk, wrong: dict[str, str], says: str
) -> None:
    answer = _post(boss, TEAM, **ANN | wrong)
    assert answer.status_code == 422 and says in answer.text
    assert 'value="Ann"' in answer.text or wrong.get("name")
    with boss.line.database.read() as session:
        assert len(session.scalars(select(Staff).where(Staff.is_sample.is_(False))).all()) == 1


def test_a_hostile_name_is_only_text(boss: Desk) -> None:
    _post(boss, TEAM, **ANN | {"name": "<script>alert(1)</script>"})
    page = boss.read(TEAM)
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_no_supervisor_is_made_or_replaced_in_the_panel(stage: Stage, boss: Desk) -> None:
    ann, other = boss.hire("ann"), boss.hire("other", "supervisor")
    path = f"{TEAM}/{ann.public_id}"
    assert _post(boss, f"{path}/role", role="supervisor").status_code == 404
    assert _post(boss, f"{path}/role", role="operator").status_code == 303
    assert boss.worker("ann").role == "operator"
    taken = _post(boss, f"{TEAM}/{other.public_id}/link")
    assert taken.status_code == 422 and "nobody takes a colleague" in taken.text
    assert "/admin/link/" in _post(boss, f"{path}/link").text


def test_the_last_supervisor_stays(boss: Desk) -> None:
    me = boss.worker("boss")
    for act, fields in (("disable", {}), ("role", {"role": "caseworker"})):
        answer = _post(boss, f"{TEAM}/{me.public_id}/{act}", **fields)
        assert answer.status_code == 422 and "last supervisor" in answer.text
    assert boss.signed_in()


def test_who_is_disabled_is_out_and_shown_so(stage: Stage, boss: Desk) -> None:
    ann = Desk(stage)
    row = ann.hire("ann")
    ann.enter("ann")
    assert _post(boss, f"{TEAM}/{row.public_id}/disable").status_code == 303
    assert not ann.signed_in()
    assert "disabled" in boss.read(f"{TEAM}/{row.public_id}")
    assert boss.acts().count("disable_staff") == 1


def test_training_and_a_dated_exception_are_kept_with_who_and_why(stage: Stage, boss: Desk) -> None:
    ann = boss.hire("ann")
    path = f"{TEAM}/{ann.public_id}"
    assert "no new shifts" in boss.read(TEAM)
    for topic in ("suicide_prevention", "de_escalation"):
        _post(boss, f"{path}/training", topic=topic, until="2027-05-31")
    assert "Needed before new shifts" not in boss.read(path)
    assert _post(boss, f"{path}/training", topic="juggling", until="2027-05-31").status_code == 404
    assert _post(boss, f"{path}/training", topic="de_escalation", until="x").status_code == 422
    bob = boss.hire("bob")
    path = f"{TEAM}/{bob.public_id}"
    today = stage.line.local(stage.line.now()).date()
    late, soon = (str(today + timedelta(days=days)) for days in (93, 30))
    for fields in ({"until": soon, "why": ""}, {"until": late, "why": "x"}, {"why": "x"}):
        assert _post(boss, f"{path}/exception", **fields).status_code == 422
    assert _post(boss, f"{path}/exception", until=soon, why="Course in May").status_code == 303
    assert f"without it until {soon}" in boss.read(path)
    with boss.line.database.read() as session:
        [row] = session.scalars(select(TrainingException)).all()
    assert row.made_by == boss.worker("boss").id and b"Course" not in row.reason_sealed
    me = boss.worker("boss").public_id
    own = _post(boss, f"{TEAM}/{me}/exception", until=soon, why="Me")
    assert own.status_code == 422 and "Nobody lets themselves off" in own.text


def test_serious_acts_on_the_team_ask_again_who_it_is(stage: Stage, boss: Desk) -> None:
    ann = boss.hire("ann")
    stage.later(minutes=11)
    for path in ("", f"/{ann.public_id}/role", f"/{ann.public_id}/disable"):
        answer = _post(boss, TEAM + path, role="operator")
        assert answer.status_code == 303 and "/admin/confirm?next=" in answer.headers["Location"]
    assert boss.worker("ann").role == "caseworker"


def test_nobody_else_finds_the_team(stage: Stage, boss: Desk) -> None:
    ann = boss.hire("ann")
    for role in ("caseworker", "operator", "translator", "evaluator"):
        desk = Desk(stage).sign_in_as(role)
        assert desk.open(f"{TEAM}/{ann.public_id}").status_code == 404
        for act in ("role", "disable", "link", "training", "exception"):
            assert _post(desk, f"{TEAM}/{ann.public_id}/{act}").status_code == 404
    assert boss.open(f"{TEAM}/AAAAAAAAAAAAAAAA").status_code == 404


def test_a_supervisor_signs_somebody_out_everywhere(stage: Stage, boss: Desk) -> None:
    ann = Desk(stage)
    row = ann.hire("ann")
    ann.enter("ann")
    assert _post(boss, f"{TEAM}/{row.public_id}/sign-out").status_code == 303
    assert not ann.signed_in() and "sign_out_staff" in boss.acts()
    stage.later(seconds=31)
    assert ann.enter("ann").status_code == 303
