"""Codes on paper let in once each, and serious acts ask again who it is."""

from __future__ import annotations

import re

import argon2
import pytest
from sqlalchemy import select

from bot.escalation import pushing
from records.models import QueueItem, RecoveryCode, StaffSession
from tests.admin.desk import PASSWORD, Desk
from tests.stage import Stage

MAKE = "/admin/account/recovery-codes"
CONFIRM = "/admin/confirm"


def _make(desk: Desk) -> list[str]:
    page = desk.client.post(MAKE, data={"csrf_token": desk.form_token("/admin/account")})
    assert page.status_code == 200
    return re.findall(r"<code>([\d-]+)</code>", page.text)


@pytest.fixture
def codes(desk: Desk) -> list[str]:
    """Ann's ten codes; she is signed out."""
    desk.hire("ann")
    desk.enter("ann")
    made = _make(desk)
    desk.send("/admin/sign-out")
    return made


def test_ten_codes_are_shown_once_and_kept_only_as_slow_hashes(
    desk: Desk, codes: list[str]
) -> None:
    assert len(set(codes)) == 10
    with desk.line.database.read() as session:
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert len(kept) == 10 and all(one.startswith("$argon2id$") for one in kept)
    desk.stage.later(seconds=31)
    desk.enter("ann")
    assert codes[3] not in desk.read("/admin/account") and "10 are left" in desk.read(
        "/admin/account"
    )


def test_a_code_stands_in_for_the_phone_once_and_a_supervisor_is_told(
    stage: Stage, desk: Desk, codes: list[str]
) -> None:
    assert desk.enter("ann", code=codes[4].replace("-", " ")).status_code == 303
    assert desk.acts()[-2:] == ["use_recovery_code", "sign_in"]
    desk.send("/admin/sign-out")
    assert desk.enter("ann", code=codes[4]).status_code == 401
    assert desk.enter("ann", "wrong wrong wrong", codes[5]).status_code == 401
    assert desk.enter("ann", code=codes[5]).status_code == 303
    page = Desk(stage).sign_in_as("supervisor").read("/admin/queue")
    assert "signed in with a paper code" in page and "Worker ann" in page
    with desk.line.database.read() as session:
        items = session.scalars(select(QueueItem).where(QueueItem.kind == "recovery_used")).all()
    assert len(items) == 1
    other = Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    assert "signed in with a paper code" not in other


def test_another_persons_code_or_an_old_one_is_worth_nothing(
    stage: Stage, desk: Desk, codes: list[str]
) -> None:
    eve = Desk(stage)
    eve.hire("eve")
    assert eve.enter("eve", code=codes[0]).status_code == 401
    desk.enter("ann", code=codes[0])
    fresh = _make(desk)
    desk.send("/admin/sign-out")
    assert desk.enter("ann", code=codes[1]).status_code == 401
    assert desk.enter("ann", code=fresh[1]).status_code == 303


def test_a_code_costs_as_much_work_for_a_person_who_does_not_exist(
    desk: Desk, codes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    costs: list[str] = []
    verify = argon2.PasswordHasher.verify

    def noting(hasher: argon2.PasswordHasher, kept: str, given: str) -> bool:
        costs.append(kept.split("$")[3])
        return bool(verify(hasher, kept, given))

    monkeypatch.setattr(argon2.PasswordHasher, "verify", noting)
    desk.enter("ann", code="3-00000-00000")
    known = len(costs)
    desk.enter("nobody", code="3-00000-00000")
    assert known == 2 and len(costs) == 4


def test_a_new_link_ends_the_codes_on_paper(stage: Stage, desk: Desk, codes: list[str]) -> None:
    from tests.admin.test_first_sign_in import _fields

    path = desk.make_link(desk.worker("ann"))
    desk.client.post(path, data=_fields(desk, path))
    assert "Make ten codes on paper next" in desk.read("/admin/account")
    desk.send("/admin/sign-out")
    assert Desk(stage).enter("ann", PASSWORD, codes[2]).status_code == 401


def test_a_new_link_ends_the_screens_and_the_calendar_of_a_lost_phone(
    stage: Stage, desk: Desk
) -> None:
    from tests.admin.test_calendar_files import make_feed
    from tests.admin.test_first_sign_in import _fields

    ann, line, told = desk.hire("ann"), desk.line, {"endpoint": "https://push.test/1"}
    desk.enter("ann")
    with line.database.write() as session:
        pushing.subscribe(session, line, ann.id, dict(told), "push.test", line.now())
    feed = make_feed(desk)
    assert Desk(stage).open(feed).status_code == 200
    fresh, link = Desk(stage), desk.make_link(ann)
    assert fresh.client.post(link, data=_fields(fresh, link)).status_code == 303
    assert Desk(stage).open(feed).status_code == 404
    with line.database.read() as session:
        assert pushing.live(session, ann.id) == []


def test_ten_minutes_after_the_last_proof_a_serious_act_asks_again(
    stage: Stage, desk: Desk
) -> None:
    desk.hire("ann")
    desk.enter("ann")
    stage.later(minutes=10)
    assert len(_make(desk)) == 10
    stage.later(seconds=1)
    token = desk.form_token("/admin/account")
    answer = desk.client.post(MAKE, data={"csrf_token": token})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/admin/confirm?next=/admin/account"
    before = desk.cookie()
    wrong = desk.client.post(CONFIRM, data={"csrf_token": token, "code": "000000"})
    assert wrong.status_code == 422 and desk.acts()[-1] == "confirm_failed"
    right = desk.client.post(
        f"{CONFIRM}?next=/admin/account", data={"csrf_token": token, "code": desk.code()}
    )
    assert right.headers["Location"] == "/admin/account"
    assert desk.cookie() != before and desk.acts()[-1] == "confirm"
    assert len(_make(desk)) == 10
    with desk.line.database.read() as session:
        is_open = select(StaffSession).where(StaffSession.ended_at.is_(None))
        assert len(session.scalars(is_open).all()) == 1


def test_a_code_that_was_used_proves_nothing_again(stage: Stage, desk: Desk) -> None:
    desk.hire("ann")
    code = desk.code()
    desk.enter("ann", code=code)
    answer = desk.send(CONFIRM, code=code)
    assert answer.status_code == 422


def test_confirming_is_as_slow_to_guess_as_signing_in_and_sends_nobody_elsewhere(
    stage: Stage, desk: Desk
) -> None:
    desk.hire("ann")
    desk.enter("ann")
    token = desk.form_token("/admin/account")
    for _ in range(5):
        answer = desk.client.post(CONFIRM, data={"csrf_token": token, "code": "000000"})
        assert answer.status_code == 422
    assert desk.client.post(CONFIRM, data={"csrf_token": token, "code": "1"}).status_code == 429
    stage.later(minutes=2)
    there = desk.client.post(
        f"{CONFIRM}?next=https://evil.test/", data={"csrf_token": token, "code": desk.code()}
    )
    assert there.headers["Location"] == "/admin/"


def test_a_sample_person_has_nothing_to_show(stage: Stage, desk: Desk) -> None:
    desk.sign_in_as("supervisor")
    stage.later(minutes=11)
    assert "sample person" in desk.read(CONFIRM)
    assert desk.send(CONFIRM).status_code == 303
