"""A number that no row can have is a calm "no", on each page and in each form."""

from __future__ import annotations

import re

import pytest

from tests.admin.desk import Desk
from tests.admin.test_every_door import doors
from tests.admin.test_typed_words import ENDS, Forms
from tests.admin.walk import pages_of, work
from tests.admin.window import text_in_the_morning
from tests.stage import Stage

#: One more than 63 bits hold, twenty digits, and more digits than Python makes a number of.
TOO_LONG = (str(2**63), "9" * 20, "9" * 5000)
#: What pages read from their address.
ASKED = ("before", "days", "staff", "client", "skip", "week", "from", "month", "seen")
_ID = re.compile(r"/(?:[0-9]+|[\w-]{16})(?=/|$)")


@pytest.mark.parametrize("number", TOO_LONG[:2], ids=("63 bits", "20 digits"))
def test_no_address_with_such_a_number_is_an_error_of_ours(stage: Stage, number: str) -> None:
    text_in_the_morning(stage)
    desk = Desk(stage).sign_in_as("supervisor")
    token, client = desk.form_token("/admin/account"), desk.client_id()
    known = [door for door in doors(stage.rehearsal.app) if "<int:" in door.rule]
    assert len(known) > 40
    for door in known:
        path = re.sub(r"<int:\w+>", number, door.rule)
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", path).replace("<public_id>", client)
        if door.method == "GET":
            answer = desk.open(path)
        else:
            answer = desk.client.post(path, data={"csrf_token": token})
        assert answer.status_code in (303, 400, 404, 422), (door, answer.status_code)


def test_no_field_and_no_page_asked_for_more_stumbles_over_such_a_number(stage: Stage) -> None:
    text_in_the_morning(stage)
    work(stage)
    desk, tried = Desk(stage).sign_in_as("supervisor"), set()
    for path in pages_of(desk).values():
        for number in TOO_LONG:
            asked = "&".join(f"{name}={number}" for name in ASKED)
            assert desk.open(f"{path.partition('?')[0]}?{asked}").status_code < 500, path
        for action, fields in Forms(desk.open(path).text).found:
            numbers = {name for name, value in fields.items() if value.isdecimal()}
            kind = _ID.sub("/one", action or path), *sorted(numbers)
            if not numbers or kind in tried or any(word in action for word in ENDS):
                continue
            tried.add(kind)
            for number in TOO_LONG:
                sent = {**fields, **dict.fromkeys(numbers, number)}
                answer = desk.client.post(action or path, data=sent)
                assert answer.status_code < 500, (kind, answer.status_code)
    assert len(tried) > 10
