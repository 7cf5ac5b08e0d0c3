"""What the phone company reports is believed in any order, any number of times."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot import outbox
from bot.outbox.codes import meaning
from bot.outbox.receipts import RANKS, rank
from records.clock import ManualClock
from records.models import DeliveryReceipt
from records.models.messages import State
from tests.carrier import TAKE_SILENTLY, ScriptedCarrier
from tests.outbox.conftest import Desk

FINAL = {
    "delivered": State.DELIVERED,
    "read": State.DELIVERED,
    "undelivered": State.UNDELIVERED,
    "failed": State.FAILED,
    "canceled": State.FAILED,
}


def report(
    desk: Desk, sid: str, status: str, code: str | None = None, own: int | None = None
) -> None:
    params = {"MessageSid": sid, "MessageStatus": status}
    if code:
        params["ErrorCode"] = code
    outbox.record_receipt(desk.line, params, str(own) if own else None, desk.now)


def receipts(desk: Desk, *, parked: bool = False) -> int:
    with desk.line.database.read() as session:
        query = select(func.count()).select_from(DeliveryReceipt)
        if parked:
            query = query.where(DeliveryReceipt.is_matched.is_(False))
        return session.scalar(query) or 0


def test_a_delivered_text_is_delivered(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = desk.write("hello")
    desk.send()
    for status in ("queued", "sent", "delivered"):
        report(desk, carrier.taken[0].sid, status)
    row = desk.row(sent)
    assert (row.state, row.final_at) == (State.DELIVERED, desk.now)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(sorted(RANKS)), min_size=1, max_size=6))
def test_the_strongest_report_wins_in_any_order(desk: Desk, statuses: list[str]) -> None:
    sent = desk.write("hello", purpose="reply")
    desk.send()
    sid = desk.row(sent).carrier_sid
    assert sid is not None
    for status in statuses:
        report(desk, sid, status)
    strongest = max(statuses, key=rank)
    expected = FINAL.get(strongest, State.SENT)
    assert desk.row(sent).state == expected
    shown = [i for i in desk.items("not_delivered") if i.message_id == sent]
    assert bool(shown) == (expected in (State.FAILED, State.UNDELIVERED))


def test_a_report_said_often_is_kept_once(desk: Desk, carrier: ScriptedCarrier) -> None:
    desk.write("hello")
    desk.send()
    for _ in range(5):
        report(desk, carrier.taken[0].sid, "undelivered", "30003")
    assert receipts(desk) == 1 and len(desk.items("not_delivered")) == 1


def test_a_report_for_an_unknown_text_is_parked_and_matched_later(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    report(desk, f"SM{0:032x}", "delivered")
    assert receipts(desk, parked=True) == 1
    sent = desk.write("hello")
    desk.send()
    assert desk.row(sent).state == State.DELIVERED and receipts(desk, parked=True) == 0


def test_the_sweeper_matches_what_was_parked(desk: Desk, carrier: ScriptedCarrier) -> None:
    sent = desk.write("hello")
    desk.send()
    with desk.line.database.write() as session:
        session.add(
            DeliveryReceipt(
                carrier_sid=carrier.taken[0].sid, status="delivered", received_at=desk.now
            )
        )
    with desk.line.database.write() as session:
        assert outbox.sweep_parked(session, desk.now) == 1
    assert desk.row(sent).state == State.DELIVERED


def test_the_very_old_is_forgotten(desk: Desk, clock: ManualClock) -> None:
    report(desk, "SM" + "f" * 32, "sent")
    clock.move_to(clock.now() + timedelta(days=8))
    with desk.line.database.write() as session:
        outbox.sweep_parked(session, desk.now)
    assert receipts(desk) == 0


def test_a_report_that_names_our_row_proves_that_it_was_taken(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.script.append(TAKE_SILENTLY)
    sent = desk.write("hello")
    desk.send()
    report(desk, carrier.taken[0].sid, "sent", own=sent)
    row = desk.row(sent)
    assert (row.state, row.carrier_sid) == (State.SENT, carrier.taken[0].sid)
    clock.move_to(clock.now() + timedelta(minutes=5))
    outbox.reconcile(desk.line)
    desk.send()
    assert carrier.bodies == ["hello"]


def test_a_report_that_overtakes_the_carriers_answer_stands(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    sent = desk.write("hello")
    carrier.before_taking = lambda: report(desk, f"SM{0:032x}", "delivered", own=sent)
    desk.send()
    row = desk.row(sent)
    assert (row.state, row.carrier_sid) == (State.DELIVERED, carrier.taken[0].sid)


@pytest.mark.parametrize(
    "code", ["30003", "30004", "30005", "30006", "30007", "30008", "30034", "99999"]
)
def test_an_undelivered_text_is_shown_with_the_reason(
    desk: Desk, carrier: ScriptedCarrier, code: str
) -> None:
    sent = desk.write("hello")
    desk.send()
    report(desk, carrier.taken[0].sid, "undelivered", code)
    row = desk.row(sent)
    assert (row.state, row.reason) == (State.UNDELIVERED, meaning(code).reason)
    assert desk.items("not_delivered")[0].subject == row.reason


def test_delivered_after_all_needs_nobody(desk: Desk, carrier: ScriptedCarrier) -> None:
    desk.write("hello")
    desk.send()
    report(desk, carrier.taken[0].sid, "undelivered", "30008")
    report(desk, carrier.taken[0].sid, "delivered")
    assert desk.items("not_delivered") == []


@pytest.mark.parametrize("own", ["", "x", "9" * 19, "9" * 40, "-1", "0", "²"])
def test_a_strange_row_number_is_only_parked(desk: Desk, own: str) -> None:
    outbox.record_receipt(desk.line, {"MessageSid": "SM1", "MessageStatus": "sent"}, own, desk.now)
    assert receipts(desk, parked=True) == 1


def test_a_report_cannot_touch_what_a_person_texted(desk: Desk) -> None:
    sent = desk.write("hello")
    with desk.line.database.write() as session:
        row = session.get_one(type(desk.row(sent)), sent)
        row.direction, row.state, row.carrier_sid = "inbound", State.RECEIVED, "SMin"
    report(desk, "SMin", "failed", own=sent)
    assert desk.row(sent).state == State.RECEIVED
