"""The code that only a worker's own phone is sent: whose it is, how long it holds, how often it
may be wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.escalation import codes, holding
from records.models import Message, Page
from records.models.messages import State
from tests.conversations.urgent.cast import KNIFE, Cast
from tests.escalation.item import Desk


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def code(desk: Desk) -> str:
    with desk.line.database.read() as session:
        return codes.code_of(session, desk.line, desk.alert(session), desk.worker(session))


def closes(desk: Desk, given: str) -> bool:
    """Does the first on call close the item with this code?"""
    with desk.line.database.write() as session:
        alert, worker = holding.held(session, desk.id), desk.worker(session)
        return codes.may_close(session, desk.line, alert, worker, given, desk.now)


def told(desk: Desk) -> list[str]:
    """What the first on call is told, in order, since the pages."""
    desk.cast.stage.rehearsal.settle()
    desk.cast.stage.collect()
    unread, desk.cast.on_call.unread = desk.cast.on_call.unread, []
    return unread


def test_a_code_has_three_digits_whatever_the_item(desk: Desk) -> None:
    found = set[str]()
    with desk.line.database.read() as session:
        alert, worker = desk.alert(session), desk.worker(session)
        for number in range(12, 20_000):
            alert.number = number
            found.add(codes.code_of(session, desk.line, alert, worker))
            if {"100", "999"} <= found:
                break
    assert (min(found), max(found), {len(one) for one in found}) == ("100", "999", {3})


def test_a_code_stays_the_same_through_everyday_texts(desk: Desk) -> None:
    before = code(desk)
    desk.cast.client.texts("ok").ignores()
    desk.cast.stage.phone("0142").texts(KNIFE).texts("he has a gun").ignores()
    assert code(desk) == before
    desk.cast.ignore()


def test_a_new_cry_or_a_graver_item_has_a_new_code(desk: Desk) -> None:
    found = [code(desk)]
    desk.cast.client.texts("he has a gun")
    found.append(code(desk))
    desk.does(lambda s, a: setattr(a, "raised_at", desk.now + timedelta(seconds=1)))
    found.append(code(desk))
    desk.does(lambda s, a: setattr(a, "raised_at", desk.now + timedelta(seconds=2)))
    found.append(code(desk))
    assert len(set(found)) == 4
    with desk.line.database.write() as session:
        session.execute(update(Message).values(level="routine"))
    assert len(code(desk)) == 3  # nothing urgent is left of it: a code all the same
    desk.cast.ignore()


def test_the_mark_of_the_newest_cry_is_its_place_and_when_it_got_graver(desk: Desk) -> None:
    def mark() -> str:
        with desk.line.database.read() as session:
            return codes.newest_cry(session, desk.alert(session))

    opened = int(desk.now.timestamp())
    assert mark() == f"1.{opened}"
    desk.does(lambda s, a: setattr(a, "raised_at", desk.now + timedelta(seconds=9)))
    assert mark() == f"1.{opened + 9}"
    with desk.line.database.write() as session:
        session.execute(update(Message).values(level="routine"))
    assert mark() == f"0.{opened + 9}"


def test_the_right_code_closes_and_nothing_is_said(desk: Desk) -> None:
    assert closes(desk, code(desk))
    assert told(desk) == []
    assert desk.cast.alert().wrong_codes == 0


def test_without_a_code_one_is_sent_and_nothing_counted(desk: Desk) -> None:
    assert not closes(desk, "")
    assert told(desk) == [f"To close item 11 reply 11 done {code(desk)}"]
    assert desk.cast.alert().wrong_codes == 0
    assert "wrong_code" not in desk.cast.audited()


def test_a_wrong_code_is_counted_written_down_and_answered_with_the_right_one(desk: Desk) -> None:
    assert not closes(desk, "1" + code(desk))
    assert told(desk) == [f"To close item 11 reply 11 done {code(desk)}"]
    assert desk.cast.alert().wrong_codes == 1
    assert not closes(desk, "1" + code(desk))
    assert told(desk) and desk.cast.alert().wrong_codes == 2
    assert ("wrong_code", f"staff:{desk.ann}") in [
        (act, actor) for actor, act, _ in desk.audited(3)
    ]


@pytest.mark.parametrize(("wrong", "is_shut"), [(4, False), (5, True), (6, True)])
def test_after_five_wrong_codes_the_right_one_closes_nothing(
    desk: Desk, wrong: int, is_shut: bool
) -> None:
    desk.does(lambda s, a: setattr(a, "wrong_codes", wrong))
    assert closes(desk, code(desk)) is not is_shut
    said = told(desk)
    assert (["Too many wrong codes" in one and "11" in one for one in said] == [True]) is is_shut


def reached(desk: Desk, staff_id: int) -> bool:
    with desk.line.database.read() as session:
        return codes.was_paged(session, desk.alert(session), staff_id)


def test_who_was_paged_may_take_it_unless_every_page_was_in_vain(desk: Desk) -> None:
    boss = desk.cast.staff_id(desk.cast.supervisor)
    assert (reached(desk, desk.ann), reached(desk, desk.ben), reached(desk, boss)) == (
        True,
        True,
        False,
    )
    with desk.line.database.write() as session:
        texts = select(Page.message_id).where(Page.staff_id == desk.ann, Page.channel == "sms")
        for state in (State.FAILED, State.UNDELIVERED):
            session.execute(update(Message).where(Message.id.in_(texts)).values(state=state))
            assert codes.was_paged(session, desk.alert(session), desk.ann)  # the call
        calls = select(Page.message_id).where(Page.staff_id == desk.ann)
        for state, is_paged in (
            (State.FAILED, False),
            (State.UNDELIVERED, False),
            (State.QUEUED, True),
            (State.SENT, True),
            (State.EXPIRED, True),
        ):
            session.execute(update(Message).where(Message.id.in_(calls)).values(state=state))
            assert codes.was_paged(session, desk.alert(session), desk.ann) is is_paged


def test_a_page_whose_text_was_cleared_away_still_counts_and_one_of_another_item_does_not(
    desk: Desk,
) -> None:
    with desk.line.database.write() as session:
        session.execute(update(Page).where(Page.staff_id == desk.ann).values(message_id=None))
        session.execute(update(Page).where(Page.staff_id == desk.ben).values(escalation_id=None))
    assert reached(desk, desk.ann) and not reached(desk, desk.ben)
