"""Every door of the panel, from the app's own list: who may not enter finds nothing there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import select

from admin.access import ANYONE
from admin.roles import ROLES, Permission, permissions_of
from bot.case import add_item
from records.models import Contact, QueueItem, Staff
from tests.admin.desk import Desk
from tests.stage import Stage

WORDS = "my own words blorp"
NO_SUCH = {"int": "1", "default": "AAAAAAAAAAAAAAAA", "path": "nothing"}
_PLACE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")


@dataclass(frozen=True)
class Door:
    """One page or act, with what it asks of who enters."""

    method: str
    rule: str
    needs: object

    def path(self, known: dict[str, str]) -> str:
        """Its address, with real ids of other people's things where there are some."""

        def filled(place: re.Match[str]) -> str:
            if place["choices"]:
                return place["choices"].split(",")[0].strip()
            return known.get(place["name"]) or NO_SUCH.get(place["kind"] or "default", "x")

        return _PLACE.sub(filled, self.rule)


def doors(app: Flask) -> Iterator[Door]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        needs = getattr(app.view_functions[rule.endpoint], "needs", None)
        if rule.rule.startswith("/admin") and needs != ANYONE:
            for method in sorted({"GET", "POST"} & (rule.methods or set())):
                yield Door(method, rule.rule, needs)


@pytest.fixture
def known(stage: Stage) -> dict[str, str]:
    """Things of a client and of a colleague that are really there."""
    stage.phone("0141").texts(WORDS).ignores()
    with stage.line.database.write() as session:
        contact = session.scalars(select(Contact)).one()
        add_item(session, stage.line.now(), "wants_person", contact_id=contact.id, dedupe_key="w")
        item = session.scalars(select(QueueItem.id).where(QueueItem.dedupe_key == "w")).one()
        key = session.scalars(select(Staff.public_id).where(Staff.role == "supervisor")).one()
    return {"public_id": contact.public_id, "item_id": str(item), "key": key}


def _knock(desk: Desk, door: Door, path: str, token: str) -> tuple[int, str]:
    if door.method == "GET":
        answer = desk.open(path)
    else:
        answer = desk.client.post(path, data={"csrf_token": token})
    return answer.status_code, answer.text


@pytest.mark.parametrize("role", sorted(ROLES))
def test_no_role_gets_through_a_door_that_is_not_theirs_even_with_the_right_id(
    stage: Stage, known: dict[str, str], role: str
) -> None:
    desk = Desk(stage).sign_in_as(role)
    token = desk.form_token("/admin/account")
    closed = [
        door
        for door in doors(stage.rehearsal.app)
        if not (isinstance(door.needs, Permission) and door.needs in permissions_of(role))
    ]
    assert role == "supervisor" or len(closed) > 20
    for door in closed:
        code, words = _knock(desk, door, door.path(known), token)
        assert code == 404, (door, code)
        assert WORDS not in words and known["public_id"] not in words, door
    assert stage.phone("0141").unread == []


@pytest.mark.parametrize("role", sorted(ROLES))
def test_an_open_door_with_a_foreign_id_is_calm(
    stage: Stage, known: dict[str, str], role: str
) -> None:
    desk = Desk(stage).sign_in_as(role)
    token = desk.form_token("/admin/account")
    for door in doors(stage.rehearsal.app):
        is_mine = isinstance(door.needs, Permission) and door.needs in permissions_of(role)
        if is_mine and "<" in door.rule:
            code, words = _knock(desk, door, door.path({}), token)
            assert code in (303, 400, 404, 422), (door, code)
            assert WORDS not in words, door


def test_without_signing_in_every_door_leads_to_the_same_place(
    stage: Stage, known: dict[str, str]
) -> None:
    desk = Desk(stage)
    token = desk.form_token()
    for door in doors(stage.rehearsal.app):
        answer = (
            desk.open(door.path(known))
            if door.method == "GET"
            else desk.client.post(door.path(known), data={"csrf_token": token})
        )
        assert answer.status_code == 303, door
        assert answer.headers["Location"].startswith("/admin/sign-in"), door


def test_every_act_is_refused_without_the_secret_of_its_form(
    stage: Stage, known: dict[str, str]
) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    acts = [door for door in doors(stage.rehearsal.app) if door.method == "POST"]
    assert len(acts) > 40
    for door in acts:
        assert desk.client.post(door.path(known), data={}).status_code == 400, door
    assert desk.signed_in()


def test_nothing_too_large_is_read_by_anybody(stage: Stage, known: dict[str, str]) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    for door in doors(stage.rehearsal.app):
        if door.method == "POST":
            answer = desk.client.post(door.path(known), data={"words": "x" * 1_100_000})
            assert answer.status_code in (400, 413), door
    assert desk.client.post("/sms", data={"Body": "x" * 1_100_000}).status_code in (403, 413)


def test_every_page_and_file_says_what_it_is_and_belongs_to_this_site_alone(
    stage: Stage, known: dict[str, str]
) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    for door in doors(stage.rehearsal.app):
        if door.method == "GET":
            headers = desk.open(door.path(known)).headers
            assert "object-src 'none'" in headers["Content-Security-Policy"], door
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin", door
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin", door
            assert headers["X-Content-Type-Options"] == "nosniff", door
            assert headers["Content-Type"], door
            assert "Access-Control-Allow-Origin" not in headers, door


def test_only_the_methods_of_a_door_open_it(stage: Stage, known: dict[str, str]) -> None:
    desk = Desk(stage).sign_in_as("supervisor")
    for method in ("TRACE", "PUT", "DELETE", "PATCH"):
        answer = desk.client.open("/admin/queue", method=method)
        assert answer.status_code in (400, 404, 405), method
