"""Supervisors see who is on call, how soon items are taken, who has how much, and drills."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from admin.figures import percentile
from records.models import Escalation
from service.rehearsal import stage_config
from tests.admin.desk import KNIFE, Desk
from tests.stage import Stage


def test_how_soon_items_are_taken_is_told_by_level(stage: Stage) -> None:
    caseworker, supervisor = (Desk(stage).sign_in_as(r) for r in ("caseworker", "supervisor"))
    for phone, minutes in (("0141", 1), ("0142", 2), ("0143", 0)):
        stage.phone(phone).texts(KNIFE).ignores()
        if not minutes:
            continue
        stage.later(minutes=minutes)
        with stage.line.database.read() as session:
            newest = select(Escalation.id).order_by(Escalation.number.desc()).limit(1)
            alert = session.scalars(newest).one()
        caseworker.send(f"/admin/urgent/{alert}/take")
    page = supervisor.read("/admin/supervision")
    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert "<td>2</td><td>1 min 0 s</td><td>2 min 0 s</td><td>1</td>" in row
    assert "Sample worker on call" in page and "Nobody has: 1 urgent" in page


@pytest.mark.parametrize(
    ("values", "share", "found"), [([], 0.5, None), ([7], 0.9, 7), ([4, 1, 3, 2], 0.5, 2),
                                   (list(range(1, 11)), 0.9, 9)],
)  # fmt: skip
def test_of_many_the_one_at_that_share(values: list[int], share: float, found: int | None) -> None:
    assert percentile(values, share) == found


def test_who_has_too_much_is_named(stage: Stage) -> None:
    stage.line.config = replace(stage_config(), load_cap=4)
    caseworker, supervisor = (Desk(stage).sign_in_as(r) for r in ("caseworker", "supervisor"))
    for phone in ("0141", "0142"):
        stage.later(seconds=1)  # the newest conversation is the one that is taken
        stage.phone(phone).texts("qwerty blorp zonk").ignores()
        assert caseworker.send(caseworker.thread("/take")).status_code == 303
    assert "has 4 open, the cap is 4" in supervisor.read("/admin/supervision")
    caseworker.send(caseworker.thread("/hand-back"))
    assert "the cap is" not in supervisor.read("/admin/supervision")


def test_a_drill_is_begun_taken_in_the_panel_and_measured(stage: Stage) -> None:
    caseworker, supervisor = (Desk(stage).sign_in_as(r) for r in ("caseworker", "supervisor"))
    assert supervisor.send("/admin/supervision/drill").status_code == 303
    stage.later(seconds=90)
    stage.phone("0191").hears("Drill").hears("[call] This is a drill").ignores()
    queue = caseworker.read("/admin/queue")
    assert "Drill of the pager" in queue and "cannot be texted" not in queue
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation.id)).one()
    answer = caseworker.send(f"/admin/urgent/{alert}/take")
    assert answer.headers["Location"] == "/admin/queue"
    page = supervisor.read("/admin/supervision")
    assert "1 min 30 s" in page.partition("Drills of the pager")[2]
    assert "<td>0</td><td>–</td>" in page.split("<tbody>")[1]
    assert "Drill of the pager" not in caseworker.read("/admin/queue")


def test_a_drill_waits_while_a_client_does(stage: Stage) -> None:
    supervisor = Desk(stage).sign_in_as("supervisor")
    stage.phone().texts(KNIFE).ignores()
    supervisor.send("/admin/supervision/drill")
    assert "Not now" in supervisor.read("/admin/supervision")


def test_every_page_can_ask_how_many_urgent_items_are_open(stage: Stage) -> None:
    desk = Desk(stage).sign_in_as("caseworker")
    none = desk.open("/admin/urgent/count")
    assert none.get_json()["open"] == 0
    stage.phone().texts(KNIFE).ignores()
    headers = {"If-None-Match": none.headers["ETag"]}
    some = desk.open("/admin/urgent/count", headers=headers)
    assert some.get_json() == {
        "open": 1, "waiting": 1, "words": "1 urgent item is open. Nobody has 1.",
    }  # fmt: skip
    headers = {"If-None-Match": some.headers["ETag"]}
    assert desk.open("/admin/urgent/count", headers=headers).status_code == 304
