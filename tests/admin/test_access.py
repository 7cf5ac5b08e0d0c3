"""Every page has a rule, every role is held to it, and nobody learns what is not theirs."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from admin.access import ANYONE
from admin.roles import ROLES, Permission, permissions_of
from bot.case import add_item
from records.ids import new_id
from records.models import Contact, Escalation, Occurrence, QueueItem
from tests.admin.desk import Desk
from tests.stage import Stage

WORDS = "my own words blorp"
CLIENT_ROLES = {"caseworker", "supervisor"}
SPEAKERS = {"supervisor", "translator"}
BREAKERS = {"operator", "translator"}


def _panel_rules(app: Flask) -> list[tuple[str, str, object]]:
    return [
        (rule.rule, rule.endpoint, getattr(app.view_functions[rule.endpoint], "needs", None))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/admin")
    ]


def test_every_page_of_the_panel_declares_who_may_enter(stage: Stage) -> None:
    rules = _panel_rules(stage.rehearsal.app)
    assert len(rules) > 15
    undeclared = [rule for rule, _, needs in rules if needs is None]
    assert undeclared == []


def test_a_page_that_declares_nothing_is_closed_even_to_a_supervisor(
    stage: Stage, desk: Desk
) -> None:
    desk.sign_in_as("supervisor")
    view = stage.rehearsal.app.view_functions["panel.on_call.show"]
    needs = view.__dict__.pop("needs")
    try:
        assert desk.open("/admin/on-call").status_code == 404
    finally:
        view.__dict__["needs"] = needs
    assert desk.open("/admin/on-call").status_code == 200


def test_only_signing_in_and_the_style_are_open_to_anyone(stage: Stage) -> None:
    is_open = {
        endpoint for _, endpoint, needs in _panel_rules(stage.rehearsal.app) if needs == ANYONE
    }
    assert is_open == {
        "panel.sign_in.form",
        "panel.sign_in.enter",
        "panel.first_sign_in.show",
        "panel.first_sign_in.square",
        "panel.first_sign_in.enter",
        "panel.first_sign_in.ask_passkey",
        "panel.first_sign_in.enter_by_passkey",
        "panel.passkey_pages.ask",
        "panel.passkey_pages.enter",
        "panel.home.static",
        "panel.notices.worker",
        "panel.calendar_feed.read",
    }


def test_only_those_who_answer_clients_may_read_them() -> None:
    readers = {role for role in ROLES if Permission.READ_CLIENTS in permissions_of(role)}
    assert readers == CLIENT_ROLES
    assert permissions_of("someone else") == frozenset()


@dataclass(frozen=True)
class Known:
    """What there is to be found."""

    client: str
    client_item: int
    text_item: int
    alarm: int
    alert: int
    event: int
    date: int


@pytest.fixture
def known(stage: Stage, desk: Desk) -> Known:
    """A client with words, an item of each group, and an urgent one."""
    stage.phone("0141").texts(WORDS)
    line, now = stage.line, stage.line.now()
    with line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        add_item(session, now, "unreviewed_text", dedupe_key="t", subject="line.safe iu")
        add_item(session, now, "alarm", "urgent", dedupe_key="a", subject="carrier")
        add_item(session, now, "wants_person", contact_id=contact.id, dedupe_key="w")
        alert = new_id()
        session.add(
            Escalation(
                id=alert,
                number=99,
                contact_id=contact.id,
                level="urgent",
                kind="wants_out",
                ladder_at=now,
                opened_at=now,
                message_id=1,
            )
        )
        ids = dict(session.execute(select(QueueItem.kind, QueueItem.id)).all())
        coming = select(Occurrence).where(Occurrence.starts_at > now)
        date = session.scalars(coming.order_by(Occurrence.starts_at, Occurrence.id)).all()[0]
    items = (ids["wants_person"], ids["unreviewed_text"], ids["alarm"])
    return Known(contact.public_id, *items, alert, date.event_id, date.id)


PAGES = {
    "/admin/conversations/{client}/plan": CLIENT_ROLES,
    "/admin/conversations/{client}/referrals": CLIENT_ROLES,
    "/admin/conversations/{client}/forms": CLIENT_ROLES,
    "/admin/partners": CLIENT_ROLES,
    "/admin/sources": CLIENT_ROLES,
    "/admin/forms": {"supervisor"},
    "/admin/outcomes": {"supervisor", "evaluator"},
    "/admin/exports": {"supervisor", "evaluator"},
    "/admin/": set(ROLES),
    "/admin/queue": {"caseworker", "supervisor", "translator", "operator"},
    "/admin/conversations": CLIENT_ROLES,
    "/admin/conversations/{client}": CLIENT_ROLES,
    "/admin/conversations/{client}/check-ins": CLIENT_ROLES,
    "/admin/clients/find": CLIENT_ROLES,
    "/admin/clients/{client}": CLIENT_ROLES,
    "/admin/clients/{client}/sent": CLIENT_ROLES,
    "/admin/conversations/{client}/safety": CLIENT_ROLES,
    "/admin/notes": CLIENT_ROLES,
    "/admin/oversight": {"supervisor"},
    "/admin/oversight/breach": {"supervisor"},
    "/admin/notes/sheet": CLIENT_ROLES,
    "/admin/broadcasts": CLIENT_ROLES,
    "/admin/directory": set(ROLES),
    "/admin/posters": set(ROLES),
    "/admin/posters/square.svg": set(ROLES),
    "/admin/calendar": CLIENT_ROLES,
    "/admin/calendar/holidays": CLIENT_ROLES,
    "/admin/calendar/report": CLIENT_ROLES,
    "/admin/calendar/events/new": CLIENT_ROLES,
    "/admin/calendar/events/{event}": CLIENT_ROLES,
    "/admin/calendar/dates/{date}": CLIENT_ROLES,
    "/admin/calendar/feed": CLIENT_ROLES,
    "/admin/calendar/import": CLIENT_ROLES,
    "/admin/clients/{client}/dates": CLIENT_ROLES,
    "/admin/directory/kids_help_phone": set(ROLES),
    "/admin/directory/resources.toml": CLIENT_ROLES,
    "/admin/on-call": CLIENT_ROLES | {"operator"},
    "/admin/rota": CLIENT_ROLES | {"operator"},
    "/admin/corrections": {"supervisor"},
    "/admin/supervision": {"supervisor"},
    "/admin/urgent/count": CLIENT_ROLES,
    "/admin/audit": {"supervisor", "operator"},
    "/admin/account": set(ROLES),
    "/admin/practice": CLIENT_ROLES,
    "/admin/team": {"supervisor"},
    "/admin/break-glass": BREAKERS,
    "/admin/break-glass/review": {"supervisor"},
    "/admin/account/notices": set(ROLES),
    "/admin/texts": SPEAKERS,
    "/admin/texts/one/dates.ok": SPEAKERS,
    "/admin/texts/word": SPEAKERS,
    "/admin/texts/files": SPEAKERS,
    "/admin/texts/files/texts.csv": SPEAKERS,
    "/admin/texts/files/iu.po": SPEAKERS,
    "/admin/words": CLIENT_ROLES | {"translator"},
}
ACTS = {
    "/admin/conversations/{client}/plan/goals": CLIENT_ROLES,
    "/admin/conversations/{client}/plan/next": CLIENT_ROLES,
    "/admin/conversations/{client}/noted": CLIENT_ROLES,
    "/admin/conversations/{client}/helped": CLIENT_ROLES,
    "/admin/conversations/{client}/needs": CLIENT_ROLES,
    "/admin/conversations/{client}/referrals": CLIENT_ROLES,
    "/admin/partners": CLIENT_ROLES,
    "/admin/sources": CLIENT_ROLES,
    "/admin/forms": {"supervisor"},
    "/admin/outcomes": {"supervisor"},
    "/admin/exports": {"supervisor", "evaluator"},
    "/admin/practice/door": CLIENT_ROLES,
    "/admin/team": {"supervisor"},
    "/admin/break-glass": BREAKERS,
    "/admin/supervision/drill": {"supervisor"},
    "/admin/account/notices": CLIENT_ROLES,
    "/admin/account/wish": CLIENT_ROLES,
    "/admin/queue/{client_item}/take": CLIENT_ROLES,
    "/admin/queue/{text_item}/take": {"supervisor", "translator"},
    "/admin/queue/{alarm}/take": {"supervisor", "operator"},
    "/admin/queue/{client_item}/snooze": CLIENT_ROLES,
    "/admin/queue/{text_item}/snooze": {"supervisor", "translator"},
    "/admin/queue/{client_item}/resolve": CLIENT_ROLES,
    "/admin/queue/{text_item}/resolve": {"supervisor", "translator"},
    "/admin/queue/{alarm}/resolve": {"supervisor", "operator"},
    "/admin/hand-over/item/{alert}": CLIENT_ROLES,
    "/admin/urgent/{alert}/take": CLIENT_ROLES,
    "/admin/urgent/{alert}/resolve": CLIENT_ROLES,
    "/admin/hand-over/turn": CLIENT_ROLES,
    "/admin/conversations/{client}/draft": CLIENT_ROLES,
    "/admin/conversations/{client}/texts/1/withdraw": CLIENT_ROLES,
    "/admin/conversations/{client}/note": CLIENT_ROLES,
    "/admin/conversations/{client}/safety/word": CLIENT_ROLES,
    "/admin/conversations/{client}/safety/known": CLIENT_ROLES,
    "/admin/conversations/{client}/safety/watched": CLIENT_ROLES,
    "/admin/conversations/{client}/safety/hold": {"supervisor"},
    "/admin/conversations/{client}/erase": CLIENT_ROLES,
    "/admin/conversations/{client}/erase/undo": CLIENT_ROLES,
    "/admin/conversations/{client}/copy": CLIENT_ROLES,
    "/admin/notes/new": CLIENT_ROLES,
    "/admin/notes/merge": CLIENT_ROLES,
    "/admin/notes/release": CLIENT_ROLES,
    "/admin/conversations/{client}/texts/1/level": CLIENT_ROLES,
    "/admin/conversations/{client}/reply": CLIENT_ROLES,
    "/admin/conversations/{client}/check-ins": CLIENT_ROLES,
    "/admin/conversations/{client}/take": CLIENT_ROLES,
    "/admin/conversations/{client}/hand-back": CLIENT_ROLES,
    "/admin/conversations/{client}/number": CLIENT_ROLES,
    "/admin/calendar/holidays": CLIENT_ROLES,
    "/admin/calendar/holidays/drop": CLIENT_ROLES,
    "/admin/calendar/events/new": CLIENT_ROLES,
    "/admin/calendar/events/{event}": CLIENT_ROLES,
    "/admin/calendar/events/{event}/date": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/move": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/off": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/seats": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/find": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/book": CLIENT_ROLES,
    "/admin/calendar/dates/{date}/came": CLIENT_ROLES,
    "/admin/calendar/feed": CLIENT_ROLES,
    "/admin/calendar/import": CLIENT_ROLES,
    "/admin/calendar/import/look": CLIENT_ROLES,
    "/admin/clients/{client}/dates": CLIENT_ROLES,
    "/admin/rota/shift": {"supervisor"},
    "/admin/rota/turns": {"supervisor"},
    "/admin/rota/override": {"supervisor"},
    "/admin/rota/swap": CLIENT_ROLES,
    "/admin/clients/find": CLIENT_ROLES,
    "/admin/clients/new": CLIENT_ROLES,
    "/admin/clients/{client}": CLIENT_ROLES,
    "/admin/clients/{client}/join": CLIENT_ROLES,
    "/admin/clients/{client}/join/confirm": CLIENT_ROLES,
    "/admin/clients/{client}/join/withdraw": CLIENT_ROLES,
    "/admin/broadcasts": CLIENT_ROLES,
    "/admin/broadcasts/weigh": CLIENT_ROLES,
    "/admin/broadcasts/1/undo": CLIENT_ROLES,
    "/admin/directory/kids_help_phone/confirm": CLIENT_ROLES,
    "/admin/directory/kids_help_phone/look": CLIENT_ROLES,
    "/admin/texts/one/line.safe": SPEAKERS,
    "/admin/texts/word": SPEAKERS,
    "/admin/texts/files/bring": SPEAKERS,
    "/admin/texts/files/accept": SPEAKERS,
    "/admin/words": CLIENT_ROLES | {"translator"},
    "/admin/words/1/withdraw": CLIENT_ROLES | {"translator"},
}
FIELDS = {
    "hours": "12",
    "slot": "first",
    "until": "2026-12-01T09:00",
    "outcome": "mistake",
    "words": "hello there",
    "seen": "99",
    "called": "1",
    "spoke_with": "front desk",
    "act": "draft",
    "kind": "code",
}
FIELDS |= {"wish": "any", "how": "change"}
FIELDS |= {"old": "ii", "new": "aa", "word": "blorpik", "means": "yes"}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_reads_what_it_may_and_finds_nothing_else(
    desk: Desk, known: Known, role: str
) -> None:
    desk.sign_in_as(role)
    found = {}
    for path, allowed in PAGES.items():
        answer = desk.open(path.format(**vars(known)))
        found[path] = answer.status_code in (200, 303)
        assert found[path] == (role in allowed), path
        assert found[path] or answer.status_code == 404
        if role not in CLIENT_ROLES:
            assert WORDS not in answer.text and known.client not in answer.text, path


@pytest.mark.parametrize("role", sorted(ROLES))
def test_each_role_does_what_it_may_and_nothing_else(desk: Desk, known: Known, role: str) -> None:
    desk.sign_in_as(role)
    fields = {"csrf_token": desk.form_token("/admin/account"), **FIELDS}
    for path, allowed in ACTS.items():
        answer = desk.client.post(path.format(**vars(known)), data=fields)
        expected = (200, 303, 422) if role in allowed else (404,)
        assert answer.status_code in expected, path


def test_every_page_and_act_is_in_the_matrix(stage: Stage) -> None:
    covered = {path.split("{")[0].rstrip("/") for path in (*PAGES, *ACTS)}
    for rule, _, needs in _panel_rules(stage.rehearsal.app):
        if needs == ANYONE or rule.startswith(
            ("/admin/sign-out", "/admin/account/", "/admin/confirm")
        ):
            continue
        assert rule.split("<")[0].rstrip("/") in covered | {
            "/admin/directory",
            "/admin/hand-over",
            "/admin/texts/one",
            "/admin/practice/run",  # one's own runs: tests/admin/test_practice.py
        }, rule


def test_who_is_not_signed_in_is_asked_to_and_told_nothing(desk: Desk, known: Known) -> None:
    fields = {"csrf_token": desk.form_token(), **FIELDS}
    answers = [desk.open(path.format(**vars(known))) for path in PAGES]
    answers += [desk.client.post(path.format(**vars(known)), data=fields) for path in ACTS]
    for answer in answers:
        assert answer.status_code == 303, answer.request.path
        assert answer.headers["Location"].startswith("/admin/sign-in")
        assert WORDS not in answer.text


NOT_THERE = (
    "/admin/account/notices/1/end",
    "/admin/queue/1/take",
    "/admin/urgent/1/take",
    "/admin/hand-over/1/accept",
    "/admin/hand-over/1/decline",
    "/admin/hand-over/1/withdraw",
    "/admin/corrections/1/reviewed",
    "/admin/directory/nothing/confirm",
    "/admin/directory/nothing/look",
    "/admin/calendar/events/1",
    "/admin/calendar/events/1/end",
    "/admin/calendar/dates/1/book",
    "/admin/calendar/dates/1/move",
    "/admin/calendar/dates/1/give-up",
    "/admin/calendar/feed/1/revoke",
    "/admin/clients/AAAAAAAAAAAAAAAA/dates",
    "/admin/rota/swap/1/accept",
    "/admin/rota/swap/1/withdraw",
    "/admin/rota/shift/1/end",
    "/admin/rota/turns/1/end",
    "/admin/rota/override/1/withdraw",
    "/admin/conversations/AAAAAAAAAAAAAAAA/reply",
    "/admin/clients/AAAAAAAAAAAAAAAA",
    "/admin/clients/AAAAAAAAAAAAAAAA/join",
    "/admin/clients/AAAAAAAAAAAAAAAA/join/confirm",
    "/admin/account/sessions/1/end",
    "/admin/account/passkeys/1/rename",
    "/admin/account/passkeys/1/revoke",
)


def test_what_is_not_there_and_what_one_may_not_know_look_alike(stage: Stage, known: Known) -> None:
    insider, outsider = Desk(stage).sign_in_as("caseworker"), Desk(stage).sign_in_as("evaluator")
    for desk in (insider, outsider):
        fields = {"csrf_token": desk.form_token("/admin/account"), **FIELDS}
        for path in NOT_THERE:
            assert desk.client.post(path, data=fields).status_code == 404, path
        assert desk.open("/admin/conversations/AAAAAAAAAAAAAAAA").status_code == 404
    there = outsider.open(f"/admin/conversations/{known.client}")
    nowhere = insider.open("/admin/conversations/AAAAAAAAAAAAAAAA")
    title = "There is no such page here."
    assert there.status_code == nowhere.status_code and title in there.text
    assert title in nowhere.text


def test_the_queue_shows_each_role_its_own_items(stage: Stage, known: Known) -> None:
    shown = {
        role: Desk(stage).sign_in_as(role).read("/admin/queue")
        for role in ("caseworker", "translator", "operator")
    }
    assert "Wants a person" in shown["caseworker"] and "Item 99" in shown["caseworker"]
    assert "line.safe iu" in shown["translator"] and "Wants a person" not in shown["translator"]
    assert "carrier" in shown["operator"] and "Item 99" not in shown["operator"]
    assert "carrier" not in shown["caseworker"]


def test_a_refused_page_is_written_down(desk: Desk, known: Known) -> None:
    desk.sign_in_as("evaluator")
    desk.open(f"/admin/conversations/{known.client}")
    assert desk.acts()[-1] == "denied"
