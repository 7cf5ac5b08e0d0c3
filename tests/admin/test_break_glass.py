"""Emergency access: one record, half an hour, a reason, and every supervisor sees it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from records.models import AuditEntry, BreakGlass, Contact, Message
from tests.admin.desk import Desk
from tests.stage import Stage

GLASS = "/admin/break-glass"
WORDS = "qwerty blorp zonk"
REASON = "Her sister called, she may be hurt"


def _open(desk: Desk, which: str = "613 555 0141", reason: str = REASON) -> TestResponse:
    return desk.send(GLASS, which=which, reason=reason)


@pytest.fixture
def operator(stage: Stage) -> Desk:
    """An operator, signed in, after two clients texted."""
    stage.phone("0142").texts("<script>alert(2)</script>").ignores()
    stage.later(seconds=5)
    stage.phone("0141").texts(WORDS).ignores()
    return Desk(stage).sign_in_as("operator")


def test_an_operator_gets_into_one_record_for_half_an_hour(stage: Stage, operator: Desk) -> None:
    mine, other = operator.client_id(), operator.client_id(1)
    assert operator.open(f"{GLASS}/{mine}").status_code == 404
    answer = _open(operator)
    assert answer.headers["Location"].endswith(f"{GLASS}/{mine}")
    page = operator.read(f"{GLASS}/{mine}")
    assert WORDS in page and "•••• 41" in page and "5550141" not in page
    assert operator.open(f"{GLASS}/{other}").status_code == 404
    for elsewhere in (f"/admin/conversations/{mine}", f"/admin/clients/{mine}"):
        assert operator.open(elsewhere).status_code == 404
    assert operator.send(f"/admin/conversations/{mine}/reply", words="x").status_code == 404
    stage.later(minutes=30)
    assert operator.open(f"{GLASS}/{mine}").status_code == 404


def test_a_colleague_of_the_same_role_needs_a_reason_of_their_own(
    stage: Stage, operator: Desk
) -> None:
    _open(operator)
    translator = Desk(stage).sign_in_as("translator")
    assert translator.open(f"{GLASS}/{operator.client_id()}").status_code == 404


def test_every_supervisor_sees_who_and_why_and_cannot_put_it_off(
    stage: Stage, operator: Desk
) -> None:
    _open(operator, reason="<b>She may be hurt</b>")
    boss = Desk(stage).sign_in_as("supervisor")
    queue = boss.read("/admin/queue")
    assert "Emergency access to this client" in queue and "Sample operator" in queue
    review = boss.read(f"{GLASS}/review")
    assert "Sample operator" in review and "&lt;b&gt;She may be hurt" in review
    for role in ("caseworker", "operator"):
        assert "Emergency access to this" not in Desk(stage).sign_in_as(role).read("/admin/queue")
        assert Desk(stage).sign_in_as(role).open(f"{GLASS}/review").status_code == 404
    with stage.line.database.read() as session:
        [row] = session.scalars(select(BreakGlass)).all()
        assert b"hurt" not in row.reason_sealed


def test_each_look_and_the_number_are_written_down(stage: Stage, operator: Desk) -> None:
    client = operator.client_id()
    _open(operator)
    operator.read(f"{GLASS}/{client}")
    token = operator.form_token(f"{GLASS}/{client}")
    shown = operator.client.post(f"{GLASS}/{client}/number", data={"csrf_token": token})
    assert "+16135550141" in shown.text
    with stage.line.database.read() as session:
        contact = session.scalars(select(Contact).where(Contact.public_id == client)).one()
        acts = session.scalars(
            select(AuditEntry.act)
            .where(AuditEntry.contact_id == contact.id, AuditEntry.actor.like("staff:%"))
            .order_by(AuditEntry.id)
        ).all()
    assert acts[0] == "break_glass" and acts[-1] == "reveal_number"
    assert "read_break_glass" in acts


def test_no_reason_no_way_in_and_an_unknown_number_is_written_down(operator: Desk) -> None:
    assert _open(operator, reason="urgent").status_code == 422
    unknown = _open(operator, which="613 555 0999")
    assert unknown.status_code == 422 and "Nothing is known" in unknown.text
    assert operator.acts()[-1] == "break_glass_failed"
    for nonsense in ("", "0", "999999", "'; DROP TABLE", "⁹⁹"):
        operator.stage.later(minutes=1)  # as often as one must wait between tries
        assert _open(operator, which=nonsense).status_code == 422


def test_who_asks_number_by_number_has_to_wait(stage: Stage, operator: Desk) -> None:
    asked = [_open(operator, f"613 555 02{n:02}").status_code for n in range(6)]
    assert asked == [422] * 5 + [429]
    assert _open(operator).status_code == 429  # it says nothing of a client either
    stage.later(seconds=2)
    assert _open(operator).status_code == 303


def test_an_urgent_item_is_found_by_its_number(stage: Stage, operator: Desk) -> None:
    stage.later(seconds=5)
    stage.phone("0143").texts("he has a knife and he is outside my door").ignores()
    page = Desk(stage).sign_in_as("caseworker").read("/admin/queue")
    number = page.split("Item ")[1].split("<")[0].split(" ")[0]
    assert _open(operator, which=number).status_code == 303
    record = operator.read(f"{GLASS}/{operator.client_id()}")
    assert record.index("Content note") < record.index("he has a knife")


def test_after_erasure_neither_words_nor_reason_can_be_read(stage: Stage, operator: Desk) -> None:
    _open(operator)
    with stage.line.database.read() as session:
        row = session.scalars(select(BreakGlass)).one()
        contact = session.get_one(Contact, row.contact_id)
    stage.line.vault.keys.destroy(contact.data_key)
    assert WORDS not in operator.read(f"{GLASS}/{contact.public_id}")
    assert REASON not in Desk(stage).sign_in_as("supervisor").read(f"{GLASS}/review")


def test_only_roles_whose_data_allow_it_and_only_freshly_proven(
    stage: Stage, operator: Desk
) -> None:
    for role in ("caseworker", "supervisor", "evaluator"):
        desk = Desk(stage).sign_in_as(role)
        assert desk.open(GLASS).status_code == 404
        answer = desk.client.post(
            GLASS, data={"csrf_token": desk.form_token("/admin/account"), "which": "1"}
        )
        assert answer.status_code == 404
    stage.later(minutes=11)
    assert "/admin/confirm" in operator.open(GLASS).headers["Location"]
    before = stage.line.database
    with before.read() as session:
        assert len(session.scalars(select(Message)).all()) > 0
        assert session.scalars(select(BreakGlass)).all() == []
