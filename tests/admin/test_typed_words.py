"""What workers type is sealed: put into every form, it lies open only where it is public."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from sqlalchemy import select

from records.database import Database
from records.models import AuditEntry, Base
from tests.admin.desk import Desk
from tests.admin.walk import IN_TURN, pages_of, work
from tests.admin.window import text_in_the_morning
from tests.stage import Stage

MARK = "zebedee"
#: What the line tells whoever asks, and names of things and organisations: nothing of a person.
PUBLIC = {
    *("event.name", "event.place", "holiday.name", "source.word", "source.place"),
    *(
        "partner.name",
        "form.name",
        "form.licence",
        "form_version.content",
        "export_request.purpose",
    ),
    *("heard_word.word", "heard_word.dialect"),
}
#: Acts that end this browser's sign-in, or somebody's.
ENDS = ("sign-out", "disable", "/account", "/link/")
_FILLED = {
    "date": "2026-12-07",
    "datetime-local": "2026-12-07T10:00",
    "time": "10:00",
    "month": "2026-11",
    "number": "1",
    "tel": "+16135550188",
    "email": f"{MARK}@example.org",
    "checkbox": "1",
}


class Forms(HTMLParser):
    """The forms of a page: where each is sent, and its fields filled in as somebody might."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._choosing: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and given.get("method", "").lower() == "post":
            self.found.append((given.get("action", ""), {}))
        elif tag == "option" and self._choosing and self.found:
            if given.get("value") and "selected" not in given:
                self.found[-1][1].setdefault(self._choosing, given["value"])
        elif given.get("name") and self.found:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        fields, name, kind = self.found[-1][1], given["name"], given.get("type", "text")
        self._choosing = name if tag == "select" else self._choosing
        if tag == "textarea" or (tag == "input" and kind in ("text", "search")):
            fields[name] = MARK
        elif tag == "input" and kind in ("hidden", "radio"):
            fields[name] = given.get("value", "")
        elif tag == "input":
            fields[name] = given.get("value") or _FILLED.get(kind, MARK)
        elif tag == "button":
            fields.setdefault(name, given.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._choosing = None


def typed_everywhere(stage: Stage) -> int:
    """Every role fills in every form it comes to; how many were taken."""
    taken = 0
    for role in IN_TURN:
        desk = Desk(stage).sign_in_as(role)
        for path in pages_of(desk).values():
            for action, fields in Forms(desk.open(path).text).found:
                if any(word in action for word in ENDS) or not any(
                    MARK in value for value in fields.values()
                ):
                    continue
                answer = desk.client.post(action or path, data=fields)
                assert answer.status_code < 500, (action, answer.status_code)
                taken += answer.status_code == 303
                if "sign-in" in answer.headers.get("Location", ""):
                    desk.sign_in_as(role)
    return taken


def in_plain(database: Database) -> Iterator[str]:
    """Every column in which the mark can be read."""
    with database.engine.connect() as connection:
        for name, table in Base.metadata.tables.items():
            for row in connection.execute(select(table)):
                for column, value in row._mapping.items():
                    if MARK in _read(value).casefold():
                        yield f"{name}.{column}"


def _read(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "ignore")
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


@pytest.fixture
def typed(stage: Stage) -> Stage:
    """A line after a morning on which every form was filled in."""
    text_in_the_morning(stage)
    work(stage)
    assert typed_everywhere(stage) > 25
    return stage


def test_typed_words_lie_open_only_where_they_are_public(typed: Stage) -> None:
    assert set(in_plain(typed.line.database)) == PUBLIC
    with typed.line.database.read() as session:
        acts = session.scalars(select(AuditEntry)).all()
    assert len({entry.act for entry in acts}) > 25
