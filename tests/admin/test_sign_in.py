"""Only the right person gets in: password and code together, slowly when guessing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import argon2
import pyotp
import pytest
from sqlalchemy import select

from admin import proof, sessions
from bot import throttle
from records.database import Database
from records.models import Staff, StaffSession
from service.rehearsal import stage_config
from tests.admin.desk import PASSWORD, SECRET, Desk
from tests.stage import Stage


def test_a_worker_signs_in_with_password_and_code(desk: Desk) -> None:
    desk.hire("ann")
    answer = desk.enter("Ann")
    assert answer.status_code == 303
    assert desk.signed_in()
    assert desk.acts()[-1] == "sign_in"


@pytest.mark.parametrize(
    ("login", "password", "code"),
    [("ann", "wrong wrong wrong", None), ("ann", PASSWORD, "000000"), ("nobody", PASSWORD, None)],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    desk: Desk, login: str, password: str, code: str | None
) -> None:
    desk.hire("ann")
    answer = desk.enter(login, password, code)
    assert answer.status_code == 401
    assert "Login, password or code is not right." in answer.text
    assert not desk.signed_in()
    assert desk.acts()[-1] == "sign_in_failed"


def test_an_unknown_person_costs_as_much_work_as_a_known_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.hire("ann")
    costs: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noting(hasher: argon2.PasswordHasher, kept: str, password: str) -> bool:
        costs.append(kept.split("$")[3])
        return bool(verify(hasher, kept, password))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
    desk.enter("ann", "wrong wrong wrong")
    desk.enter("nobody", "wrong wrong wrong")
    assert costs == ["m=19456,t=2,p=1"] * 2


def test_a_code_works_once(stage: Stage) -> None:
    first, second = Desk(stage), Desk(stage)
    first.hire("ann")
    code = first.code()
    assert first.enter("ann", code=code).status_code == 303
    assert second.enter("ann", code=code).status_code == 401
    stage.later(seconds=30)
    assert second.enter("ann").status_code == 303


def test_a_code_may_be_one_step_old_or_early_but_not_two(desk: Desk) -> None:
    now = desk.line.now()
    step = int(now.timestamp()) // 30
    codes = pyotp.TOTP(SECRET)
    found = [proof.step_of(SECRET, codes.generate_otp(step + away), now) for away in range(-2, 3)]
    assert found == [None, step - 1, step, step + 1, None]


def test_guessing_waits_longer_and_longer_but_never_for_ever(stage: Stage, desk: Desk) -> None:
    desk.hire("ann")
    for _ in range(throttle.FREE_FOR_ACCOUNT):
        assert desk.enter("ann", "wrong wrong wrong").status_code == 401
    waits = []
    for _ in range(10):
        answer = desk.enter("ann", "wrong wrong wrong")
        assert answer.status_code == 429
        waits.append(int(answer.headers["Retry-After"]))
        stage.rehearsal.clock.move_to(stage.line.now() + timedelta(seconds=waits[-1]))
        assert desk.enter("ann", "wrong wrong wrong").status_code == 401
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == throttle.LONGEST_WAIT.total_seconds()


def test_a_wait_looks_the_same_for_a_person_who_does_not_exist(desk: Desk) -> None:
    for _ in range(throttle.FREE_FOR_ACCOUNT):
        desk.enter("nobody", "wrong wrong wrong")
    assert desk.enter("nobody", "wrong wrong wrong").status_code == 429


def test_guessing_elsewhere_does_not_keep_out_a_browser_that_was_here_before(stage: Stage) -> None:
    own, other = Desk(stage), Desk(stage)
    own.hire("ann")
    own.enter("ann")
    own.send("/admin/sign-out")
    stage.later(minutes=1)
    for _ in range(throttle.FREE_FOR_ACCOUNT + 1):
        last = other.enter("ann", "wrong wrong wrong")
    assert last.status_code == 429
    assert own.enter("ann").status_code == 303


def test_many_accounts_from_one_address_are_slowed_too(desk: Desk) -> None:
    answers = [desk.enter(f"someone{n}").status_code for n in range(throttle.FREE_FOR_ADDRESS + 1)]
    assert answers[-1] == 429 and set(answers[:-1]) == {401}


def _from(desk: Desk, address: str, name: str) -> int:
    fields = {"csrf_token": desk.form_token(), "login": name, "password": "x", "code": "123456"}
    headers = {"X-Forwarded-For": address}
    return desk.client.post("/admin/sign-in", data=fields, headers=headers).status_code


def test_behind_our_proxy_each_address_counts_for_itself(database: Database) -> None:
    behind = Desk(Stage(database=database, config=replace(stage_config(), trusted_proxies=1)))
    for n in range(throttle.FREE_FOR_ADDRESS):
        _from(behind, "203.0.113.7", f"someone{n}")
    assert _from(behind, "203.0.113.7", "somebody") == 429
    assert _from(behind, "203.0.113.8", "somebody") == 401
    # What a stranger wrote before our own proxy added its entry is not believed.
    assert _from(behind, "198.51.100.1, 203.0.113.7", "another") == 429


def test_without_a_proxy_of_ours_a_written_address_is_not_believed(desk: Desk) -> None:
    answers = [
        _from(desk, f"203.0.113.{n}", f"someone{n}") for n in range(throttle.FREE_FOR_ADDRESS + 1)
    ]
    assert answers[-1] == 429


def test_a_sign_in_ends_without_use_and_after_its_longest_time(stage: Stage, desk: Desk) -> None:
    desk.hire("ann")
    desk.enter("ann")
    for _ in range(10):
        stage.later(minutes=29)
        assert desk.signed_in()
    stage.later(minutes=31)
    assert not desk.signed_in()
    desk.enter("ann")
    for _ in range(26):
        stage.later(minutes=29)
        still = desk.signed_in()
    assert not still


def test_a_page_that_refreshes_itself_does_not_keep_a_sign_in_alive(
    stage: Stage, desk: Desk
) -> None:
    desk.hire("ann")
    desk.enter("ann")
    for _ in range(4):
        stage.later(minutes=10)
        last = desk.open("/admin/queue?auto=1").status_code
    assert last == 401


def test_signing_in_gives_a_new_token_and_ends_the_one_that_was_there(stage: Stage) -> None:
    desk, thief = Desk(stage), Desk(stage)
    desk.hire("ann")
    thief.hire("eve")
    thief.enter("eve")
    planted = thief.cookie()
    assert planted is not None
    desk.client.set_cookie("panel", planted)
    stage.later(seconds=31)
    desk.enter("ann")
    assert desk.cookie() != planted
    assert desk.signed_in() and not thief.signed_in()


def test_signing_out_ends_it_on_the_line_not_only_in_the_browser(desk: Desk) -> None:
    desk.hire("ann")
    desk.enter("ann")
    kept = desk.cookie()
    assert kept is not None
    desk.send("/admin/sign-out")
    desk.client.set_cookie("panel", kept)
    assert not desk.signed_in()
    assert desk.acts()[-1] == "sign_out"


def test_the_line_keeps_no_token_that_could_be_used(desk: Desk) -> None:
    desk.hire("ann")
    desk.enter("ann")
    token = desk.cookie()
    with desk.line.database.read() as session:
        rows = session.scalars(select(StaffSession)).all()
    assert token and all(token not in row.token_hash for row in rows)


def test_own_sign_ins_are_listed_and_another_persons_cannot_be_ended(stage: Stage) -> None:
    ann, eve = Desk(stage), Desk(stage)
    row = ann.hire("ann")
    eve.hire("eve")
    ann.enter("ann")
    eve.enter("eve")
    with stage.line.database.read() as session:
        [own] = sessions.open_ones(session, row.id, stage.line.now())
    path = f"/admin/account/sessions/{own.id}/end"
    assert path in ann.read("/admin/account")
    assert path not in eve.read("/admin/account")
    token = eve.form_token("/admin/account")
    assert eve.client.post(path, data={"csrf_token": token}).status_code == 404
    assert ann.signed_in()
    token = ann.form_token("/admin/account")
    assert ann.client.post(path, data={"csrf_token": token}).status_code == 303
    assert not ann.signed_in()


def test_who_is_disabled_is_out_at_once(desk: Desk) -> None:
    row = desk.hire("ann")
    desk.enter("ann")
    with desk.line.database.write() as session:
        session.get_one(Staff, row.id).is_active = False
    assert not desk.signed_in()


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.test/",
        "//evil.test/admin/",
        "/\\evil.test",
        "/admin/../x",
        "javascript:1",
        "/sms",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(desk: Desk, elsewhere: str) -> None:
    desk.hire("ann")
    fields = {"login": "ann", "password": PASSWORD, "code": desk.code()}
    fields["csrf_token"] = desk.form_token()
    answer = desk.client.post("/admin/sign-in", query_string={"next": elsewhere}, data=fields)
    assert answer.headers["Location"] == "/admin/"


def test_after_signing_in_one_lands_where_one_wanted_to_go(desk: Desk) -> None:
    desk.hire("ann")
    asked = desk.open("/admin/directory")
    there = asked.headers["Location"]
    fields = {"login": "ann", "password": PASSWORD, "code": desk.code()}
    fields["csrf_token"] = desk.form_token()
    assert desk.client.post(there, data=fields).headers["Location"] == "/admin/directory"
