"""A report that was lost on its way is asked for, so that no failure stays hidden."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import outbox
from bot.gateways import GatewayError, UnknownOutcome
from bot.outbox.unreported import MOST_FAILED, ask_about
from records.clock import ManualClock
from records.models.messages import Lane, State
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk


def ask_after(desk: Desk, clock: ManualClock, **length: float) -> int:
    clock.move_to(clock.now() + timedelta(**length))
    return ask_about(desk.line)


def test_a_failure_nobody_told_us_of_is_found_and_shown(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("hello")
    desk.send()
    carrier.becomes(carrier.taken[0].sid, "undelivered", "30003")
    assert ask_after(desk, clock, minutes=29) == 0
    assert ask_after(desk, clock, minutes=1) == 1
    row = desk.row(sent)
    assert row.state == State.UNDELIVERED and row.error_code == "30003"
    assert len(desk.items("not_delivered")) == 1
    assert ask_after(desk, clock, hours=30) == 0


def test_a_first_reply_is_asked_about_after_two_minutes(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    carrier.becomes(carrier.taken[0].sid, "delivered")
    assert ask_after(desk, clock, minutes=2) == 1
    assert desk.row(sent).state == State.DELIVERED and desk.items("not_delivered") == []


def test_what_was_reported_is_not_asked_about(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("hello")
    desk.send()
    told = {"MessageSid": carrier.taken[0].sid, "MessageStatus": "delivered"}
    outbox.record_receipt(desk.line, told, None, desk.now)
    assert ask_after(desk, clock, hours=24) == 0


def test_it_is_asked_ever_less_often_and_in_the_end_no_more(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    urgent = desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.write("hello")
    desk.send()
    begun, asked = clock.now(), []
    while clock.now() - begun < timedelta(hours=48):
        if count := ask_after(desk, clock, minutes=1):
            asked.append((count, clock.now() - begun))
    assert len(asked) < 12 and asked[-1][1] <= timedelta(hours=24, minutes=1)
    assert desk.row(urgent).state == State.SENT
    (item,) = desk.items("not_delivered")
    assert item.message_id == urgent and item.level == "urgent"
    assert item.subject == "never_reported"


def test_a_carrier_that_is_down_is_left_alone_and_asked_later(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("hello")
    desk.send()
    carrier.becomes(carrier.taken[0].sid, "undelivered", "30003")
    carrier.is_down = True
    assert ask_after(desk, clock, minutes=30) == 0
    carrier.is_down = False
    assert ask_after(desk, clock, minutes=1) == 1
    assert desk.row(sent).state == State.UNDELIVERED


def test_a_page_to_staff_is_not_asked_about(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.page("Urgent item 12.", desk.staff())
    desk.send()
    assert ask_after(desk, clock, hours=1) == 0


def undelivered(desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, count: int) -> list[int]:
    """So many texts of which the carrier only says when asked that they did not arrive."""
    sent = []
    for n in range(count):
        sent.append(desk.write(f"hello {n}", f"+1613555{n:04}"))
        desk.send()
        carrier.becomes(carrier.taken[-1].sid, "undelivered", "30003")
        clock.move_to(clock.now() + timedelta(seconds=1))
    return sent


@pytest.mark.parametrize(
    "trouble",
    [UnknownOutcome("HTTP 500"), GatewayError("busy", code="20429", permanent=False)],
)
def test_one_that_the_carrier_always_fails_at_hides_no_other(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, trouble: Exception
) -> None:
    carrier.trouble = trouble
    sent = undelivered(desk, carrier, clock, 5)
    carrier.fails_at.add(carrier.taken[0].sid)
    assert ask_after(desk, clock, minutes=30) == 4
    states = [desk.row(one).state for one in sent]
    assert states == [State.SENT, *[State.UNDELIVERED] * 4]
    assert len(desk.items("not_delivered")) == 4
    for _ in range(3):
        ask_after(desk, clock, days=1)
    carrier.fails_at.clear()
    assert ask_after(desk, clock, hours=4) == 1
    assert desk.row(sent[0]).state == State.UNDELIVERED


def test_many_that_the_carrier_always_fails_at_hide_none_that_comes_after_them(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = undelivered(desk, carrier, clock, 12)
    carrier.fails_at.update(taken.sid for taken in carrier.taken[:10])
    clock.move_to(clock.now() + timedelta(minutes=30))
    found = sum(ask_after(desk, clock, minutes=1) for _ in range(4))
    assert found == 2 and desk.row(sent[11]).state == State.UNDELIVERED


def test_a_carrier_that_is_down_is_asked_about_few(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    undelivered(desk, carrier, clock, 10)
    carrier.is_down, before = True, carrier.questions
    assert ask_after(desk, clock, minutes=30) == 0
    assert carrier.questions - before == MOST_FAILED
    carrier.is_down = False
    assert sum(ask_after(desk, clock, minutes=1) for _ in range(2)) == 10


def test_an_urgent_one_that_cannot_be_asked_about_for_a_day_is_shown_once(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("Call 911.", lane=Lane.URGENT, purpose="first_reply")
    desk.send()
    carrier.fails_at.add(carrier.taken[0].sid)
    for _ in range(40):
        ask_after(desk, clock, hours=1)
    (item,) = desk.items("not_delivered")
    assert item.level == "urgent" and item.subject == "never_reported"
    asked = carrier.questions
    ask_after(desk, clock, hours=24)
    assert carrier.questions == asked
