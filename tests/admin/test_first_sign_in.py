"""The first sign-in: a link that works once, for the right person, for a while."""

from __future__ import annotations

import dataclasses
import re

import pyotp
import pytest

from admin.personnel import Person
from records.models import Staff
from service import sign_in_links, staffing
from tests.admin.desk import PASSWORD, Desk
from tests.stage import Stage


def _path(desk: Desk, address: str) -> str:
    return address.removeprefix(desk.line.config.public_url)


def _new(desk: Desk, role: str = "caseworker") -> str:
    return _path(desk, staffing.invited(desk.line, Person("ann", "Ann", role, "+1 613 555 0177")))


def _code(desk: Desk, path: str) -> str:
    found = re.search(r'<p class="secret">([A-Z2-7]+)</p>', desk.read(path))
    assert found
    return pyotp.TOTP(found[1]).at(desk.line.now())


def _fields(desk: Desk, path: str, password: str = PASSWORD) -> dict[str, str]:
    token = desk.form_token(path)
    return {
        "csrf_token": token,
        "password": password,
        "again": password,
        "code": _code(desk, path),
    }


def test_a_new_worker_sets_password_and_code_and_can_then_sign_in(stage: Stage) -> None:
    desk, later = Desk(stage), Desk(stage)
    path = _new(desk)
    fields = _fields(desk, path)
    code = _code(desk, path)
    assert desk.client.post(path, data=fields).status_code == 303
    assert desk.signed_in()
    assert desk.open(path).status_code == 404
    assert later.enter("ann", code=code).status_code == 401  # used up at the first sign-in


def test_looking_at_a_link_uses_nothing_up(desk: Desk) -> None:
    path = _new(desk)
    for _ in range(3):
        assert desk.open(path).status_code == 200
        assert desk.open(f"{path}/square.svg").mimetype == "image/svg+xml"
    assert desk.client.post(path, data=_fields(desk, path)).status_code == 303


def test_the_square_holds_the_secret_that_is_asked_for(desk: Desk) -> None:
    path = _new(desk)
    first, second = desk.open(f"{path}/square.svg").data, desk.open(f"{path}/square.svg").data
    assert first == second and b"<svg" in first


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("x" * 14, "at least 15"),
        ("abcde" * 30, "at most 128"),
        ("a" * 20, "too easy"),
        ("this is ann and her dog", "too easy"),
    ],
)
def test_a_poor_password_is_refused_and_the_link_stays(
    desk: Desk, password: str, says: str
) -> None:
    path = _new(desk)
    answer = desk.client.post(path, data=_fields(desk, path, password))
    assert answer.status_code == 422 and says in answer.text
    assert not desk.signed_in() and desk.open(path).status_code == 200


def test_a_wrong_code_or_a_slip_in_the_password_is_told(desk: Desk) -> None:
    path = _new(desk)
    fields = _fields(desk, path)
    assert desk.client.post(path, data={**fields, "code": "000000"}).status_code == 422
    assert "not the same" in desk.client.post(path, data={**fields, "again": "x"}).text


def test_a_link_lasts_a_day_and_a_newer_one_replaces_it(stage: Stage, desk: Desk) -> None:
    old = _new(desk)
    new = _path(desk, staffing.linked(desk.line, "ann"))
    assert desk.open(old).status_code == 404 and desk.open(new).status_code == 200
    stage.later(hours=24)
    assert desk.open(new).status_code == 404


def test_a_new_link_ends_every_sign_in_once_it_is_used(stage: Stage) -> None:
    old, new = Desk(stage), Desk(stage)
    old.hire("ann")
    old.enter("ann")
    path = _path(new, staffing.linked(new.line, "ann"))
    assert old.signed_in()
    assert new.client.post(path, data=_fields(new, path)).status_code == 303
    assert new.signed_in() and not old.signed_in()


def test_sample_people_enter_by_a_button_and_only_once(stage: Stage) -> None:
    desk, second = Desk(stage), Desk(stage)
    path = _path(desk, sign_in_links.make(desk.line)["operator"])
    assert "works once" in desk.read(path)
    token = second.form_token(path)
    assert desk.send(path).status_code == 303
    assert second.client.post(path, data={"csrf_token": token}).status_code == 404


def test_sample_links_are_one_a_role_and_last_ten_minutes(stage: Stage, desk: Desk) -> None:
    links = sign_in_links.make(desk.line)
    assert set(links) == {"caseworker", "supervisor", "operator", "translator", "evaluator"}
    stage.later(minutes=10)
    assert {desk.open(_path(desk, link)).status_code for link in links.values()} == {404}


def test_on_a_real_line_sample_people_cannot_enter(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.sign_in_as("caseworker")
    path = _path(desk, sign_in_links.make(desk.line)["supervisor"])
    desk.line.config = dataclasses.replace(desk.line.config, is_simulated=False)
    assert desk.open(path).status_code == 404
    assert not desk.signed_in()
    sign_in_links.show(desk.line)
    assert capsys.readouterr().out == ""
    with pytest.raises(staffing.StaffError, match="sample"):
        staffing.linked(desk.line, "oncall")


def test_links_are_shown_for_sample_data(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    sign_in_links.show(desk.line)
    shown = capsys.readouterr().out
    assert shown.count("/admin/link/") == 5 and "caseworker" in shown


@pytest.mark.parametrize(
    ("login", "name", "role", "phone", "says"),
    [
        ("A nn", "Ann", "caseworker", None, "a login is"),
        ("oncall", "Ann", "caseworker", None, "already"),
        ("ann", " ", "caseworker", None, "name is needed"),
        ("ann", "Ann", "chief", None, "no role"),
        ("ann", "Ann", "caseworker", "five", "no phone number"),
        ("ann", "Ann", "caseworker", "+16135550191", "another worker"),
    ],
)
def test_a_worker_who_cannot_be_added_is_told_why(
    desk: Desk, login: str, name: str, role: str, phone: str | None, says: str
) -> None:
    with pytest.raises(staffing.StaffError, match=says):
        staffing.invited(desk.line, Person(login, name, role, phone))


def test_disabling_ends_everything_and_is_listed(desk: Desk) -> None:
    desk.hire("ann")
    desk.enter("ann")
    assert ("ann", "caseworker", "ready") in staffing.listed(desk.line)
    staffing.disabled(desk.line, "ann")
    assert not desk.signed_in()
    assert ("ann", "caseworker", "disabled") in staffing.listed(desk.line)
    for act in (staffing.linked, staffing.disabled):
        with pytest.raises(staffing.StaffError):
            act(desk.line, "nobody")
    with pytest.raises(staffing.StaffError, match="disabled"):
        staffing.linked(desk.line, "ann")


def test_names_logins_and_numbers_are_sealed(desk: Desk) -> None:
    _new(desk)
    row: Staff = desk.worker("ann")
    kept = b" ".join(x for x in (row.login_sealed, row.name_sealed, row.phone_sealed) if x)
    assert b"Ann" not in kept and b"ann" not in kept and b"5550177" not in kept


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "qwertyuiopasdfgh",
        "iloveyou123456789",
        "trustno1trustno1",
        "Alluriarniq2026!!",
        "caseworkerottawa",
    ],
)
def test_a_leaked_or_local_password_is_refused_and_an_odd_one_is_not(
    desk: Desk, password: str
) -> None:
    path = _new(desk)
    answer = desk.client.post(path, data=_fields(desk, path, password))
    assert answer.status_code == 422 and "Too easy to guess" in answer.text
    assert desk.client.post(path, data=_fields(desk, path)).status_code == 303


def test_a_worker_changes_their_password_with_the_present_one(stage: Stage, desk: Desk) -> None:
    other = Desk(stage)
    desk.hire("ann")
    other.enter("ann")
    stage.later(seconds=31)
    desk.enter("ann")
    fresh = "nine old owls sing low"
    path = "/admin/account/password"
    token = desk.form_token("/admin/account")
    for current, again in (("wrong wrong wrong", fresh), (PASSWORD, "something else here")):
        fields = {"csrf_token": token, "current": current, "password": fresh, "again": again}
        assert desk.client.post(path, data=fields).status_code == 422
    fields = {"csrf_token": token, "current": PASSWORD, "password": fresh, "again": fresh}
    assert desk.client.post(path, data=fields).status_code == 303
    assert desk.signed_in() and not other.signed_in()
    assert "change_password" in desk.acts()
    stage.later(seconds=31)
    assert other.enter("ann").status_code == 401
    assert other.enter("ann", fresh).status_code == 303
