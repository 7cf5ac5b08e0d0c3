"""What somebody might try: hostile texts, forged forms, frames, and looking at addresses."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from admin.show import visible
from records.models import Message
from service.rehearsal import stage_config
from tests.admin.desk import Desk
from tests.stage import Stage

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}${7*7}",
    "<a href='javascript:alert(1)'>x</a>",
    "</textarea></p></li><h1>owned</h1>",
    "https://evil.test/?steal",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_a_hostile_text_is_only_text(stage: Stage, words: str) -> None:
    stage.phone("0141").texts(words)
    desk = Desk(stage).sign_in_as("caseworker")
    for path in ("/admin/conversations", f"/admin/conversations/{desk.client_id()}"):
        page = desk.read(path)
        body = page.split("<main", 1)[1]
        assert "<script" not in body and "<img" not in body and "<h1>owned" not in body
        assert "49$" not in body
        for address in re.findall(r'(?:href|src|action)="([^"]*)"', body):
            assert address.startswith(("/admin/", "#")), address


def test_signs_that_hide_or_turn_words_round_are_shown() -> None:
    shown = str(visible("safe\u202ecod.exe\u200b\x00\x1b \ud83d\u2028"))
    for mark in ("U+202E", "U+200B", "U+0000", "U+001B", "U+D83D", "U+2028"):
        assert f'<span class="mark">{mark}</span>' in shown
    assert "\u202e" not in shown and "\x00" not in shown


def test_everyday_signs_stay_as_they_are() -> None:
    words = "ᐃᓄᒃᑎᑐᑦ é 👩\u200d👧 don't\nok"
    assert str(visible(words)) == words.replace("'", "&#39;")


def test_piled_up_marks_are_cut() -> None:
    assert len(str(visible("a" + "\u0301" * 500))) < 10


@pytest.mark.parametrize(
    "path", ["/admin/sign-in", "/admin/sign-out", "/admin/directory/kids_help_phone/confirm"]
)
def test_a_form_that_is_not_ours_does_nothing(stage: Stage, path: str) -> None:
    desk, other = Desk(stage).sign_in_as("caseworker"), Desk(stage)
    assert desk.client.post(path, data={"called": "1"}).status_code == 400
    foreign = other.form_token()
    assert desk.client.post(path, data={"csrf_token": foreign}).status_code == 400
    assert desk.signed_in()


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_sent_from_elsewhere_is_refused_though_it_is_signed(desk: Desk, site: str) -> None:
    desk.sign_in_as("caseworker")
    token = desk.form_token("/admin/account")
    answer = desk.client.post(
        "/admin/sign-out", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site}
    )
    assert answer.status_code == 403 and desk.signed_in()


def test_the_phone_companys_door_needs_no_form_secret(stage: Stage) -> None:
    stage.phone("0141").texts("hello")
    with stage.line.database.read() as session:
        assert session.query(Message).filter(Message.direction == "inbound").count() == 1


def test_the_form_secret_changes_when_one_signs_in(desk: Desk) -> None:
    desk.hire("ann")
    before = desk.form_token()
    desk.enter("ann")
    assert desk.client.post("/admin/sign-out", data={"csrf_token": before}).status_code == 400


def test_looking_changes_nothing_but_the_audit(stage: Stage) -> None:
    stage.phone("0141").texts("qwerty blorp")
    desk = Desk(stage).sign_in_as("caseworker")
    client = desk.client_id()
    for act in ("reply", "take", "hand-back", "number"):
        answer = desk.open(f"/admin/conversations/{client}/{act}")
        assert answer.status_code == 405, act


@pytest.mark.parametrize("path", ["/admin/sign-in", "/admin/queue", "/admin/nothing"])
def test_pages_cannot_be_framed_kept_or_scripted(desk: Desk, path: str) -> None:
    desk.sign_in_as("caseworker")
    headers = desk.open(path).headers
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
    assert "unsafe" not in policy and "form-action 'self'" in policy
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_cookies_are_out_of_reach(desk: Desk) -> None:
    desk.hire("ann")
    answer = desk.enter("ann")
    given = {c.split("=")[0]: c for c in answer.headers.getlist("Set-Cookie")}
    for name in ("panel", "known"):
        assert "HttpOnly" in given[name] and "SameSite=Lax" in given[name]


def test_over_https_cookies_belong_to_this_host_alone() -> None:
    stage = Stage(config=replace(stage_config(), public_url="https://line.test"))
    desk = Desk(stage)
    desk.hire("ann")
    page = desk.open("/admin/sign-in", base_url="https://line.test")
    token = re.search(r'csrf_token" value="([^"]+)"', page.text)
    assert token
    answer = desk.client.post(
        "/admin/sign-in",
        base_url="https://line.test",
        data={
            "csrf_token": token[1],
            "login": "ann",
            "password": "seven small seals swim",
            "code": desk.code(),
        },
    )
    assert answer.status_code == 303
    given = answer.headers.getlist("Set-Cookie")
    names = {c.split("=")[0] for c in given}
    assert {"__Host-panel", "__Host-known"} <= names
    for cookie in given:
        assert "Secure" in cookie and "Path=/" in cookie and "Domain" not in cookie
    assert "Strict-Transport-Security" in answer.headers


def test_no_address_of_a_page_holds_words_or_a_number(stage: Stage) -> None:
    stage.phone("0141").texts("my words blorp zonk")
    desk = Desk(stage).sign_in_as("supervisor")
    pages = ["/admin/queue", "/admin/conversations", f"/admin/conversations/{desk.client_id()}"]
    for path in pages:
        for address in re.findall(r'(?:href|action|src)="([^"]+)"', desk.read(path)):
            assert "5550141" not in address and "blorp" not in address


def test_names_in_addresses_cannot_be_guessed(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    for digits in ("0141", "0142", "0143"):
        stage.phone(digits).texts("hello")
    names = {desk.client_id(n) for n in range(3)}
    assert len(names) == 3 and all(len(name) == 16 for name in names)
    assert len({name[:4] for name in names}) == 3
