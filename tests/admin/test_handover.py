"""Handing over: nothing changes hands until the colleague confirms, and nothing is nobody's."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.escalation import handing_over, holding, roster
from records.models import Acknowledgement, Conversation, Escalation, Handover
from tests.admin.desk import KNIFE, Desk
from tests.stage import Stage

ASKED = "Someone asks you to take over."


@pytest.fixture
def ann(stage: Stage) -> Desk:
    """The worker on call, who has taken an urgent item; phones of staff are read."""
    stage.phone().texts(KNIFE)
    desk = Desk(stage).sign_in_as("caseworker")
    found = re.search(r'action="(/admin/urgent/\d+/take)"', desk.read("/admin/queue"))
    assert found
    desk.send(found[1])
    stage.later(seconds=1)
    _all_read(stage)
    return desk


@pytest.fixture
def ben(stage: Stage) -> Desk:
    """A colleague who is not on call."""
    return Desk(stage).sign_in_as("supervisor")


def _all_read(stage: Stage) -> None:
    for digits in ("0141", "0191", "0192", "0193"):
        stage.phone(digits).ignores()


def _ask_turn(desk: Desk, **fields: str) -> str:
    to = str(desk.worker("supervisor").id)
    values = {
        "slot": "first",
        "to": to,
        "hours": "12",
        "words": "Item 11 waits for a call.",
        **fields,
    }
    answer = desk.send("/admin/hand-over/turn", **values)
    assert answer.status_code == 303
    return desk.read("/admin/on-call")


def _on_call(stage: Stage) -> int | None:
    with stage.line.database.read() as session:
        return roster.now_on_call(session, stage.line, stage.line.now())[0].first


def _answer(desk: Desk, answer: str) -> int:
    found = re.search(rf'action="(/admin/hand-over/\d+/{answer})"', desk.read("/admin/queue"))
    assert found, f"nothing to {answer}"
    return desk.send(found[1]).status_code


def _holder(stage: Stage) -> int | None:
    with stage.line.database.read() as session:
        return session.scalars(select(Escalation.acknowledged_by)).one()


def test_the_first_one_stays_on_call_until_the_colleague_confirms(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    first, second = ann.worker("oncall").id, ann.worker("supervisor").id
    assert "Asked. You have it until they confirm." in _ask_turn(ann)
    stage.later(seconds=1)
    stage.phone("0193").hears(ASKED)
    assert _on_call(stage) == first and _holder(stage) == first
    page = ben.read("/admin/queue")
    assert "asks you to take over" in page and "Item 11 waits for a call." in page
    _answer(ben, "accept")
    assert _on_call(stage) == second and _holder(stage) == second
    stage.later(seconds=1)
    stage.phone("0191").hears("You are relieved").hears_nothing()
    stage.phone("0193").hears("You have item 11")
    with stage.line.database.read() as session:
        rows = session.scalars(
            select(Acknowledgement).order_by(Acknowledgement.at, Acknowledgement.id)
        ).all()
    assert [(row.staff_id, row.ended_by) for row in rows] == [(first, "handed_on"), (second, None)]
    assert "handover_asked" in ann.acts() and "handover_accepted" in ann.acts()


def test_while_nobody_confirms_the_rota_does_not_take_the_first_one_away(
    stage: Stage, ann: Desk
) -> None:
    first = ann.worker("oncall").id
    _ask_turn(ann, hours="24")
    with stage.line.database.write() as session:
        from records.models import Override

        session.add(
            Override(
                slot="first",
                staff_id=ann.worker("second").id,
                starts_at=stage.line.now(),
                ends_at=stage.line.now().replace(year=2027),
                made_by=first,
                made_at=stage.line.now().replace(year=2025),
            )
        )
    assert _on_call(stage) == first
    _answer(ann, "withdraw")
    assert _on_call(stage) == ann.worker("second").id


def test_declined_it_stays_with_the_first_one_who_is_told(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    _ask_turn(ann)
    stage.later(seconds=1)
    stage.phone("0193").ignores()
    _answer(ben, "decline")
    stage.later(seconds=1)
    stage.phone("0191").hears("Not taken over")
    assert _on_call(stage) == ann.worker("oncall").id
    assert _holder(stage) == ann.worker("oncall").id


ANSWERS = ("accept", "decline", "withdraw")


@pytest.mark.parametrize(
    ("first", "second"), [(one, other) for one in ANSWERS for other in ANSWERS if one != other]
)
def test_of_two_answers_in_one_instant_the_first_holds(
    stage: Stage, ann: Desk, ben: Desk, first: str, second: str
) -> None:
    _ask_turn(ann)
    line, now = stage.line, stage.line.now()
    with line.database.read() as session:
        asked = session.scalars(select(Handover)).one()  # as both of them see it

    def answers(session: Session, answer: str) -> bool:
        row = session.merge(asked, load=False)
        if answer == "withdraw":
            return handing_over.withdraw(session, row, now)
        act = handing_over.accept if answer == "accept" else handing_over.decline
        return act(session, line, row, now)

    with line.database.write() as session:
        assert answers(session, first)
    with line.database.write() as session:
        assert not answers(session, second)
        assert handing_over.find(session, asked.id) is None
    with line.database.read() as session:
        state = session.scalars(select(Handover.state)).one()
    assert state == {"accept": "accepted", "decline": "declined", "withdraw": "withdrawn"}[first]
    has_it = ann.worker("supervisor" if first == "accept" else "oncall").id
    assert _on_call(stage) == has_it and _holder(stage) == has_it
    for who, path in ((ann, "withdraw"), (ben, "accept"), (ben, "decline")):
        assert who.send(f"/admin/hand-over/{asked.id}/{path}").status_code == 404
    stage.later(seconds=1)
    _all_read(stage)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_takes_back_what_is_being_confirmed_waits_for_that(stage: Stage, ann: Desk) -> None:
    _ask_turn(ann)
    database = stage.line.database
    with database.read() as session:
        asked = session.scalars(select(Handover.id)).one()
    with database.write() as session:
        row = handing_over.find(session, asked)
        with pytest.raises(OperationalError, match="lock timeout"), database.write() as other:
            other.execute(text("SET LOCAL lock_timeout = 50"))
            handing_over.find(other, asked)
        assert row is not None and handing_over.accept(session, stage.line, row, stage.line.now())
    with database.write() as session:
        assert handing_over.find(session, asked) is None
    stage.later(seconds=1)
    _all_read(stage)


def test_with_urgent_items_open_a_note_is_required(stage: Stage, ann: Desk) -> None:
    assert "write a note for your colleague first" in _ask_turn(ann, words=" ")
    with stage.line.database.read() as session:
        assert session.scalars(select(Handover)).all() == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"slot": "second"}, "You are not on call for that turn now."),
        ({"slot": "nonsense"}, "You are not on call for that turn now."),
        ({"to": "1"}, "Choose a colleague who can be paged."),
    ],
)
def test_what_cannot_be_handed_over_is_told(ann: Desk, fields: dict[str, str], says: str) -> None:
    assert says in _ask_turn(ann, **fields)


def test_one_item_goes_to_a_colleague_with_its_conversation(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    ann.send(ann.thread("/take"))
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
    second = ann.worker("supervisor").id
    path = f"/admin/hand-over/item/{alert.id}"
    assert (
        "Urgent items are open"
        in ann.client.post(
            path,
            data={"csrf_token": ann.form_token("/admin/account"), "to": second},
            follow_redirects=True,
        ).text
    )
    ann.send(path, to=str(second), words="She wants a woman to call.")
    assert "She wants a woman to call." in ben.read("/admin/queue")
    assert _holder(stage) == ann.worker("oncall").id
    _answer(ben, "accept")
    assert _holder(stage) == second
    with stage.line.database.read() as session:
        assert session.scalars(select(Conversation.handed_off_to)).one() == second
    stage.later(minutes=6)  # an emergency is promised an answer within five minutes
    assert _holder(stage) is None


def test_who_confirms_has_the_item_also_when_the_givers_minutes_ran_out(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    ann.send(ann.thread("/take"))
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
    second = ann.worker("supervisor").id
    stage.later(minutes=4)
    ann.send(f"/admin/hand-over/item/{alert.id}", to=str(second), words="She wants a woman.")
    stage.later(minutes=2)
    assert _holder(stage) is None
    _answer(ben, "accept")
    assert _holder(stage) == second
    _all_read(stage)


def _asked(stage: Stage, ann: Desk) -> Escalation:
    """The first on call asks the supervisor to take the item."""
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation)).one()
    to = str(ann.worker("supervisor").id)
    ann.send(f"/admin/hand-over/item/{alert.id}", to=to, words="She wants a woman.")
    return alert


def test_who_confirms_what_a_third_one_has_by_then_is_told_so(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    _asked(stage, ann)
    stage.later(minutes=6)
    _all_read(stage)
    third = stage.phone("0192").texts("11: im here").hears("You have item 11")
    _all_read(stage)
    _answer(ben, "accept")
    assert "Yours from now on." not in ben.read("/admin/queue")
    assert _holder(stage) == ann.worker("second").id
    stage.later(seconds=1)
    stage.phone("0193").hears("Item 11 is already taken. The second person on call has it.")
    for phone in (third, stage.phone("0191"), stage.phone("0193"), stage.phone()):
        phone.hears_nothing()


def test_who_confirms_what_is_closed_by_then_gets_nothing(
    stage: Stage, ann: Desk, ben: Desk
) -> None:
    alert = _asked(stage, ann)
    with stage.line.database.write() as session:
        now, held = stage.line.now(), holding.held(session, alert.id)
        holding.resolve(session, held, ann.worker("oncall").id, "helped", now)
    stage.later(seconds=1)
    _all_read(stage)
    _answer(ben, "accept")
    assert "Yours from now on." not in ben.read("/admin/queue")
    stage.later(minutes=1)
    for digits in ("0141", "0191", "0192", "0193"):
        stage.phone(digits).hears_nothing()


def test_only_the_one_who_was_asked_can_confirm(stage: Stage, ann: Desk) -> None:
    _ask_turn(ann)
    with stage.line.database.read() as session:
        row = session.scalars(select(Handover)).one()
    for answer in ("accept", "decline"):
        assert ann.send(f"/admin/hand-over/{row.id}/{answer}").status_code == 404
    assert _on_call(stage) == ann.worker("oncall").id


def test_words_between_workers_are_sealed_and_forgotten(stage: Stage, ann: Desk, ben: Desk) -> None:
    _ask_turn(ann, words="my secret words")
    _answer(ben, "accept")
    with stage.line.database.read() as session:
        sealed = session.scalars(select(Handover.note_sealed)).one()
    assert sealed and b"secret" not in sealed
    with stage.line.database.read() as session:
        alert = session.scalars(select(Escalation.id)).one()
    ben.send(f"/admin/urgent/{alert}/resolve", heard=ben.heard(), outcome="safe")
    stage.later(days=8)
    _all_read(stage)
    ben.sign_in_as("supervisor")
    to = str(ben.worker("oncall").id)
    ben.send("/admin/hand-over/turn", slot="supervisor", to=to, hours="4", words="x")
    _answer(ben, "withdraw")
    with stage.line.database.read() as session:
        rows = session.scalars(select(Handover).order_by(Handover.asked_at, Handover.id)).all()
    assert rows[0].note_sealed is None and rows[1].note_sealed is not None
