"""Passkeys: only the right device, on the right site, with its owner proven, and once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from admin.personnel import Person
from bot import throttle
from records.models import Passkey, Staff
from service import staffing
from tests.admin.desk import Desk
from tests.admin.device import Device
from tests.stage import Stage

ACCOUNT, SIGN_IN = "/admin/account/passkeys", "/admin/sign-in/passkey"


def _device(desk: Desk, **more: Any) -> Device:
    return Device(desk.line.config.public_url, **more)


def _options(desk: Desk, path: str) -> dict[str, Any]:
    answer = desk.open(path)
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.text)
    return found


def _add(desk: Desk, device: Device, name: str = "My phone") -> None:
    answer = device.make(_options(desk, ACCOUNT))
    fields = {"csrf_token": desk.form_token("/admin/account"), "answer": answer, "name": name}
    desk.client.post(ACCOUNT, data=fields)


def _show(desk: Desk, device: Device) -> TestResponse:
    return desk.send(SIGN_IN, answer=device.show(_options(desk, SIGN_IN)))


def _again(desk: Desk) -> None:
    """Ann signs in by password and the next code."""
    desk.stage.later(seconds=31)
    assert desk.enter("ann").status_code == 303


def _rows(desk: Desk) -> list[Passkey]:
    with desk.line.database.read() as session:
        return list(session.scalars(select(Passkey).order_by(Passkey.created_at, Passkey.id)))


@pytest.fixture
def phone(desk: Desk) -> Device:
    """Ann's phone, which signs her in; she is signed out again."""
    desk.hire("ann")
    desk.enter("ann")
    device = _device(desk)
    _add(desk, device)
    desk.send("/admin/sign-out")
    return device


def test_a_worker_signs_in_with_a_passkey_and_no_word_is_typed(desk: Desk, phone: Device) -> None:
    assert _show(desk, phone).status_code == 303
    assert desk.signed_in() and desk.acts()[-1] == "sign_in_passkey"
    [row] = _rows(desk)
    assert row.sign_count == phone.count and row.used_at == desk.line.now()
    assert b"My phone" not in row.name_sealed and "My phone" in desk.read("/admin/account")


def test_an_answer_counts_once(desk: Desk, phone: Device) -> None:
    answer = phone.show(_options(desk, SIGN_IN))
    assert desk.send(SIGN_IN, answer=answer).status_code == 303
    phone.count += 5
    desk.send("/admin/sign-out")
    refused = desk.send(SIGN_IN, answer=answer)
    assert refused.status_code == 401 and not desk.signed_in()
    assert desk.acts()[-1] == "sign_in_failed"


def test_a_device_without_a_counter_cannot_answer_a_challenge_twice(
    desk: Desk, phone: Device
) -> None:
    with desk.line.database.write() as session:
        session.scalars(select(Passkey)).one().sign_count = 0
    options = _options(desk, SIGN_IN)
    for expected in (303, 401):
        phone.count = -1
        assert desk.send(SIGN_IN, answer=phone.show(options)).status_code == expected


def test_a_copied_key_that_counts_backwards_is_refused(desk: Desk, phone: Device) -> None:
    phone.count += 5
    assert _show(desk, phone).status_code == 303
    desk.send("/admin/sign-out")
    phone.count -= 3
    assert _show(desk, phone).status_code == 401


def test_the_answer_for_another_site_proves_nothing(desk: Desk, phone: Device) -> None:
    phone.origin = "https://line.evil.test"
    assert _show(desk, phone).status_code == 401
    phone.origin = desk.line.config.public_url
    options = _options(desk, SIGN_IN) | {"rpId": "evil.test"}
    assert desk.send(SIGN_IN, answer=phone.show(options)).status_code == 401
    assert _show(desk, phone).status_code == 303


def test_a_device_that_did_not_ask_for_finger_face_or_pin_is_refused(
    desk: Desk, phone: Device
) -> None:
    phone.is_verified = False
    assert _show(desk, phone).status_code == 401
    _again(desk)
    _add(desk, _device(desk, is_verified=False))
    assert len(_rows(desk)) == 1


def test_a_challenge_holds_five_minutes_and_for_one_purpose(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    answer = phone.show(_options(desk, SIGN_IN))
    stage.later(minutes=5)
    assert desk.send(SIGN_IN, answer=answer).status_code == 401
    forged = _options(desk, SIGN_IN) | {"challenge": "A" * 50}
    assert desk.send(SIGN_IN, answer=phone.show(forged)).status_code == 401
    _again(desk)
    to_add = _options(desk, ACCOUNT)
    other = Desk(stage)
    mixed = {"rpId": to_add["rp"]["id"], "challenge": to_add["challenge"]}
    assert other.send(SIGN_IN, answer=phone.show(mixed)).status_code == 401


@pytest.mark.parametrize("answer", ["", "{}", "[1]", "null", '{"id": 7}', "<script>"])
def test_nonsense_is_refused_as_calmly_as_an_unknown_key(desk: Desk, answer: str) -> None:
    unknown = _show(desk, _device(desk))
    refused = desk.send(SIGN_IN, answer=answer)
    assert refused.status_code == unknown.status_code == 401
    assert "not known here" in refused.text and "not known here" in unknown.text


def test_somebody_elses_device_cannot_be_added_twice_or_to_another_account(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    eve = Desk(stage)
    eve.hire("eve")
    eve.enter("eve")
    _add(eve, phone)
    assert len(_rows(desk)) == 1
    # An answer that Ann's device made for Ann is worth nothing in Eve's hands.
    _again(desk)
    made = _device(desk).make(_options(desk, ACCOUNT))
    fields = {"csrf_token": eve.form_token("/admin/account"), "answer": made, "name": "x"}
    eve.client.post(ACCOUNT, data=fields)
    assert len(_rows(desk)) == 1


def test_own_passkeys_are_renamed_and_ended_and_no_others(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    [row] = _rows(desk)
    eve = Desk(stage)
    eve.hire("eve")
    eve.enter("eve")
    for act in ("rename", "revoke"):
        fields = {"csrf_token": eve.form_token("/admin/account"), "name": "Mine"}
        answer = eve.client.post(f"{ACCOUNT}/{row.id}/{act}", data=fields)
        assert answer.status_code == 404
    _again(desk)
    token = desk.form_token("/admin/account")
    desk.client.post(f"{ACCOUNT}/{row.id}/rename", data={"csrf_token": token, "name": "<b>Old"})
    assert "&lt;b&gt;Old" in desk.read("/admin/account")
    desk.client.post(f"{ACCOUNT}/{row.id}/revoke", data={"csrf_token": token})
    desk.send("/admin/sign-out")
    assert _show(desk, phone).status_code == 401
    assert {"rename_passkey", "revoke_passkey"} <= set(desk.acts())


def test_a_new_worker_enters_by_passkey_alone_and_cannot_end_the_last_one(stage: Stage) -> None:
    desk, later = Desk(stage), Desk(stage)
    address = staffing.invited(desk.line, Person("ann", "Ann", "caseworker"))
    path = address.removeprefix(desk.line.config.public_url)
    device = _device(desk)
    made = device.make(_options(desk, f"{path}/passkey"))
    fields = {"csrf_token": desk.form_token(path), "name": "Phone"}
    refused = desk.client.post(f"{path}/passkey", data={**fields, "answer": "{}"})
    assert refused.status_code == 422 and desk.open(path).status_code == 200
    assert desk.client.post(f"{path}/passkey", data={**fields, "answer": made}).status_code == 303
    assert desk.signed_in() and desk.open(path).status_code == 404
    assert ("ann", "caseworker", "ready") in staffing.listed(desk.line)
    [row] = _rows(desk)
    token = desk.form_token("/admin/account")
    desk.client.post(f"{ACCOUNT}/{row.id}/revoke", data={"csrf_token": token})
    assert "your only way in" in desk.read("/admin/account")
    assert _show(later, device).status_code == 303


def test_a_new_link_ends_the_passkeys_of_a_lost_phone(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    address = staffing.linked(desk.line, "ann")
    path = address.removeprefix(desk.line.config.public_url)
    fresh = Desk(stage)
    made = _device(fresh).make(_options(fresh, f"{path}/passkey"))
    answer = fresh.client.post(
        f"{path}/passkey", data={"csrf_token": fresh.form_token(path), "answer": made, "name": "n"}
    )
    assert answer.status_code == 303
    assert _show(desk, phone).status_code == 401
    stage.later(minutes=1)
    assert desk.enter("ann").status_code == 401


def test_who_is_disabled_has_no_passkey_either(desk: Desk, phone: Device) -> None:
    with desk.line.database.write() as session:
        row = session.scalars(select(Staff).where(Staff.password_hash.is_not(None))).one()
        row.is_active = False
    assert _show(desk, phone).status_code == 401


def test_trying_keys_is_slowed_and_keeps_no_known_browser_out(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    other = Desk(stage)
    answers = [
        _show(other, _device(other)).status_code for _ in range(throttle.FREE_FOR_ACCOUNT + 1)
    ]
    assert answers[-1] == 429 and set(answers[:-1]) == {401}
    assert _show(desk, phone).status_code == 303


def test_asking_for_a_challenge_writes_nothing_and_old_marks_are_dropped(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    from records.models import UsedChallenge

    def kept() -> int:
        with desk.line.database.read() as session:
            return len(session.scalars(select(UsedChallenge)).all())

    before = kept()
    for _ in range(5):
        _options(desk, SIGN_IN)
    assert kept() == before
    stage.rehearsal.clock.move_to(stage.line.now() + timedelta(minutes=6))
    assert _show(desk, phone).status_code == 303
    assert kept() == 1


def test_a_passkey_shows_again_who_it_is_and_another_persons_does_not(
    stage: Stage, desk: Desk, phone: Device
) -> None:
    again = "/admin/confirm/passkey"
    assert _show(desk, phone).status_code == 303
    stage.later(minutes=11)
    eve = Desk(stage)
    eve.hire("eve")
    eve.enter("eve")
    stolen = phone.show(_options(eve, again))
    assert eve.send("/admin/confirm", answer=stolen).status_code == 422
    for_sign_in = phone.show(_options(desk, SIGN_IN))
    token = desk.form_token("/admin/account")
    answers = [for_sign_in, phone.show(_options(desk, again))]
    codes = [
        desk.client.post("/admin/confirm", data={"csrf_token": token, "answer": one}).status_code
        for one in answers
    ]
    assert codes == [422, 303]
