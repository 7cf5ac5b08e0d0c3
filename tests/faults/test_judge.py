"""The judge itself: shown a lost, a doubled and an overtaken text, it names each."""

from __future__ import annotations

from datetime import timedelta

from bot.line import Line
from records.database import Database
from records.models import Message
from records.models.messages import Lane, State
from simulator.model import Accepted
from tests.faults.judge import Verdict, judge
from tests.outbox.conftest import Desk

STAFF = "+16135550191"
PHONE = "+16135550141"


def taken(desk: Desk, message_id: int, number: str = PHONE) -> Accepted:
    """The carrier takes a text and our row knows it."""
    sid = f"SM{message_id:032x}"[-34:]
    with desk.line.database.write() as session:
        row = session.get_one(Message, message_id)
        row.state, row.carrier_sid = State.SENT, sid
    return Accepted(desk.now, "message", sid, "", number, "", None)


def verdict(line: Line, ledger: list[Accepted], *sids: str) -> Verdict:
    return judge(line.database, sids, ledger, (STAFF,), line.now() + timedelta(minutes=1))


def test_a_clean_line_is_called_clean(line: Line) -> None:
    desk = Desk(line)
    ledger = [taken(desk, desk.write("one")), taken(desk, desk.write("two"))]
    assert verdict(line, ledger).is_clean


def test_a_text_without_a_row_is_lost(line: Line) -> None:
    assert verdict(line, [], "SM1").lost == ["inbound SM1: no row"]


def test_a_text_that_waits_for_nobody_is_lost(line: Line) -> None:
    Desk(line).write("one")
    assert len(verdict(line, []).lost) == 1


def test_a_text_that_only_we_believe_in_is_lost(line: Line) -> None:
    desk = Desk(line)
    taken(desk, desk.write("one"))
    assert len(verdict(line, []).lost) == 1


def test_a_failure_that_nobody_sees_is_lost(line: Line) -> None:
    desk = Desk(line)
    sent = desk.write("one")
    with line.database.write() as session:
        row = session.get_one(Message, sent)
        row.state, row.reason = State.FAILED, "blocked"
    assert len(verdict(line, []).lost) == 1


def test_a_text_taken_for_no_row_is_doubled_and_a_page_is_not(line: Line) -> None:
    desk = Desk(line)
    ledger = [taken(desk, desk.write("one"))]
    again = Accepted(desk.now, "message", "SMx", "", PHONE, "", None)
    page = Accepted(desk.now, "message", "SMy", "", STAFF, "", None)
    assert verdict(line, [*ledger, again, page]).doubled == [
        "message SMx: taken for no row (0 went again on a guess)"
    ]


def test_only_more_urgent_texts_may_overtake(line: Line, database: Database) -> None:
    desk = Desk(line)
    ids = [desk.write("one"), desk.write("two"), desk.write("911", lane=Lane.URGENT)]
    first, second, urgent = (taken(desk, one) for one in ids)
    assert verdict(line, [urgent, first, second]).is_clean
    assert verdict(line, [first, urgent, second]).is_clean
    assert len(verdict(line, [second, first, urgent]).disordered) == 1


def test_an_answer_may_overtake_a_reminder_and_no_reminder_an_answer(line: Line) -> None:
    desk = Desk(line)
    ids = [desk.write("one", lane=lane) for lane in (Lane.TIMED, Lane.REPLY, Lane.TIMED)]
    tea, answer, more_tea = (taken(desk, one) for one in ids)
    assert verdict(line, [answer, tea, more_tea]).is_clean
    assert len(verdict(line, [tea, more_tea, answer]).disordered) == 1


def test_no_ordinary_text_overtakes_an_urgent_one(line: Line) -> None:
    desk = Desk(line)
    ids = [desk.write("911", lane=Lane.URGENT), desk.write("one")]
    urgent, later = (taken(desk, one) for one in ids)
    assert len(verdict(line, [later, urgent]).disordered) == 1
