"""A text that the phone company took always reaches us, webhook or not."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.gateways import CarrierMessage, GatewayError, UnknownOutcome
from bot.outbox.missed import OVERLAP, STILL_COMING, WATERMARK, look_again, sweep_inbound
from records.clock import ManualClock
from records.models import Fact, Message, QueueItem
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk


def arrives(carrier: ScriptedCarrier, sid: str, at: datetime) -> CarrierMessage:
    message = CarrierMessage(
        sid, "inbound", "+16135550141", "+16135550100", "hi", "received", None, at
    )
    carrier.arrived.append(message)
    return message


def crowd(desk: Desk, carrier: ScriptedCarrier, clock: ManualClock) -> list[str]:
    """A text each second for ten minutes, of which the carrier lists no more than 50 at once."""
    sweep_inbound(desk.line, desk.now, lambda _: None)
    sids = [f"SM{n}" for n in range(600)]
    for n, sid in enumerate(sids):
        arrives(carrier, sid, desk.now + timedelta(seconds=n))
    clock.move_to(clock.now() + timedelta(minutes=20))
    carrier.longest_list = 50
    return sids


def hang(clock: ManualClock) -> None:
    """As long as we wait for a carrier that does not answer."""
    clock.move_to(clock.now() + timedelta(seconds=8))


def known(desk: Desk, sid: str) -> None:
    sent = desk.write("x")
    with desk.line.database.write() as session:
        row = session.get_one(Message, sent)
        row.carrier_sid, row.state, row.direction = sid, "received", "inbound"


def test_only_what_we_lack_is_handed_on(desk: Desk, carrier: ScriptedCarrier) -> None:
    minute_ago = desk.now - timedelta(minutes=1)
    arrives(carrier, "SMknown", minute_ago)
    missed = arrives(carrier, "SMmissed", minute_ago)
    known(desk, "SMknown")
    got: list[CarrierMessage] = []
    assert sweep_inbound(desk.line, desk.now, got.append) == 1
    assert got == [missed]


def test_a_text_whose_webhook_may_still_come_is_left_alone(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    arrives(carrier, "SMnew", desk.now - STILL_COMING + timedelta(seconds=1))
    got: list[CarrierMessage] = []
    sweep_inbound(desk.line, desk.now, got.append)
    assert got == []
    clock.move_to(clock.now() + timedelta(seconds=1))
    sweep_inbound(desk.line, desk.now, got.append)
    assert [m.sid for m in got] == ["SMnew"]


def test_a_text_listed_late_is_found_within_the_overlap(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    clock.move_to(clock.now() + timedelta(minutes=1))
    sweep_inbound(desk.line, desk.now, lambda _: None)
    arrives(carrier, "SMlate", desk.now - OVERLAP)
    got: list[CarrierMessage] = []
    sweep_inbound(desk.line, desk.now, got.append)
    assert [m.sid for m in got] == ["SMlate"]


def test_after_days_without_us_everything_since_is_fetched(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    for day in range(3):
        arrives(carrier, f"SM{day}", desk.now + timedelta(days=day, hours=1))
    clock.move_to(clock.now() + timedelta(days=3))
    got: list[CarrierMessage] = []
    assert sweep_inbound(desk.line, desk.now, got.append) == 3


def test_one_that_cannot_be_stored_hides_no_other_and_is_tried_again(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    for sid in ("SMbad", "SMgood"):
        arrives(carrier, sid, desk.now - timedelta(minutes=10))
    got: list[str] = []

    def receive(message: CarrierMessage) -> None:
        if message.sid == "SMbad" and not broken_mended:
            raise OSError("disk full")
        got.append(message.sid)

    broken_mended = False
    assert sweep_inbound(desk.line, desk.now, receive) == 1
    known(desk, "SMgood")
    clock.move_to(clock.now() + timedelta(hours=1))
    sweep_inbound(desk.line, desk.now, receive)
    broken_mended = True
    clock.move_to(clock.now() + timedelta(hours=1))
    assert sweep_inbound(desk.line, desk.now, receive) == 1
    assert got == ["SMgood", "SMbad"]


def test_while_the_carrier_is_down_nothing_is_passed_over(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    arrives(carrier, "SM1", desk.now + timedelta(minutes=10))
    clock.move_to(clock.now() + timedelta(hours=2))
    carrier.is_down = True
    assert sweep_inbound(desk.line, desk.now, lambda _: None) == 0
    carrier.is_down = False
    assert sweep_inbound(desk.line, desk.now, lambda _: None) == 1


def test_of_a_crowds_texts_shorter_lists_are_asked_for_until_one_can_be_had(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock)
    got: list[str] = []
    for _ in range(3):
        sweep_inbound(desk.line, desk.now, lambda m: got.append(m.sid))
    assert sorted(set(got)) == sorted(sids)


def test_sweeps_that_each_end_after_a_minutes_texts_still_come_to_the_end(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock)
    got: list[str] = []

    def receive(message: CarrierMessage) -> None:
        got.append(message.sid)
        if len(got) % 100 == 0:
            raise SystemExit  # the process is ended

    for _ in range(12):
        with suppress(SystemExit):
            sweep_inbound(desk.line, desk.now, receive)
    assert sorted(set(got)) == sorted(sids)


def test_what_came_while_a_clock_was_ahead_is_found_once_it_is_set_back(
    desk: Desk, carrier: ScriptedCarrier
) -> None:
    now, ahead = desk.now, desk.now + timedelta(hours=1)
    sweep_inbound(desk.line, now, lambda _: None)
    sweep_inbound(desk.line, ahead, lambda _: None)
    arrives(carrier, "SMmissed", now + timedelta(minutes=10))
    got: list[str] = []
    sweep_inbound(desk.line, ahead + timedelta(minutes=11), lambda m: got.append(m.sid))
    assert got == []  # by a clock that is an hour ahead it is from long ago
    sweep_inbound(desk.line, now + timedelta(minutes=20), lambda m: got.append(m.sid))
    assert got == ["SMmissed"]
    arrives(carrier, "SMduring", now + timedelta(minutes=25))
    sweep_inbound(desk.line, now + timedelta(minutes=50), lambda m: got.append(m.sid))
    assert got[-1] == "SMduring"  # nor is anything that comes while the line is down passed over


def test_what_the_carrier_lists_hours_late_is_found_when_the_day_is_looked_through(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    came_at = desk.now
    known(desk, "SMknown")
    arrives(carrier, "SMknown", came_at)
    clock.move_to(clock.now() + timedelta(hours=5))
    sweep_inbound(desk.line, desk.now, lambda _: None)
    arrives(carrier, "SMlate", came_at)
    got: list[str] = []
    sweep_inbound(desk.line, desk.now, lambda m: got.append(m.sid))
    assert got == []
    carrier.is_down = True
    assert look_again(desk.line, desk.now, lambda m: got.append(m.sid)) == 0
    carrier.is_down = False
    assert look_again(desk.line, desk.now, lambda m: got.append(m.sid)) == 1
    assert got == ["SMlate"]


def test_a_carrier_that_hangs_is_asked_twice_and_no_more(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    clock.move_to(clock.now() + timedelta(hours=2))
    carrier.is_down, before = True, carrier.asked
    carrier.before_listing = lambda: hang(clock)
    sweep_inbound(desk.line, desk.now, lambda _: None)
    assert carrier.asked - before == 2


@pytest.mark.parametrize(("refusals", "found"), [(5, ["SMmissed"]), (6, [])])
def test_what_is_refused_at_once_is_asked_for_again_within_the_same_minute(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, refusals: int, found: list[str]
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    arrives(carrier, "SMmissed", desk.now + timedelta(minutes=31))
    clock.move_to(clock.now() + timedelta(hours=2))
    first, got = carrier.asked, list[str]()

    def refuse() -> None:
        if carrier.asked - first <= refusals:
            raise UnknownOutcome("HTTP 503")

    carrier.before_listing = refuse
    sweep_inbound(desk.line, desk.now, lambda m: got.append(m.sid))
    assert got == found


def test_a_sweep_that_is_stopped_half_way_goes_on_from_there(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sweep_inbound(desk.line, desk.now, lambda _: None)
    for hour in range(1, 9):
        arrives(carrier, f"SM{hour}", desk.now + timedelta(hours=hour))
    clock.move_to(clock.now() + timedelta(hours=9))
    got: list[str] = []

    def receive(message: CarrierMessage) -> None:
        if message.sid == "SM7" and not is_back:
            raise SystemExit  # the process is ended
        got.append(message.sid)

    is_back = False
    with pytest.raises(SystemExit):
        sweep_inbound(desk.line, desk.now, receive)
    first, is_back = list(got), True
    assert first[:2] == ["SM1", "SM2"]
    sweep_inbound(desk.line, desk.now, receive)
    again = got[len(first) :]
    assert again[-2:] == ["SM7", "SM8"] and "SM1" not in again and "SM2" not in again


class Stumbles:
    """Takes every text but those it stumbles over, as the line's own `receive` may."""

    def __init__(self, desk: Desk, *bad: str) -> None:
        self.desk, self.bad, self.got = desk, set(bad), list[str]()

    def __call__(self, message: CarrierMessage) -> None:
        if message.sid in self.bad:
            raise ValueError("x")
        self.got.append(message.sid)
        known(self.desk, message.sid)


def sweeps(desk: Desk, clock: ManualClock, take: Stumbles, count: int, apart: timedelta) -> None:
    for _ in range(count):
        clock.move_to(clock.now() + apart)
        sweep_inbound(desk.line, desk.now, take)


def test_one_that_is_never_stored_does_not_keep_the_sweeps_behind(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    take = Stumbles(desk, "SMbad")
    arrives(carrier, "SMbad", desk.now)
    for n in range(48):
        sweeps(desk, clock, take, 1, timedelta(hours=1))
        arrives(carrier, f"SM{n}", desk.now)
    sweeps(desk, clock, take, 1, timedelta(minutes=1))
    assert take.got == [f"SM{n}" for n in range(48)]
    with desk.line.database.read() as session:
        assert session.get_one(Fact, WATERMARK).at >= desk.now - timedelta(minutes=10)


@pytest.mark.parametrize("after", [timedelta(minutes=30), timedelta(hours=3), timedelta(days=3)])
def test_one_that_can_be_stored_after_all_is_stored_however_late(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, after: timedelta
) -> None:
    take = Stumbles(desk, "SMbad")
    sweep_inbound(desk.line, desk.now, take)
    arrives(carrier, "SMbad", desk.now)
    sweeps(desk, clock, take, 30, after / 30)
    assert take.got == []
    take.bad.clear()
    sweeps(desk, clock, take, 20, after / 30)
    assert take.got == ["SMbad"]
    with desk.line.database.read() as session:
        assert session.scalars(select(Fact.name)).all() == [WATERMARK]


def test_people_are_told_of_one_that_cannot_be_stored_but_not_of_a_moments_trouble(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    take = Stumbles(desk, "SMbad", "SMmoment")
    sweep_inbound(desk.line, desk.now, take)
    arrives(carrier, "SMmoment", desk.now)
    sweeps(desk, clock, take, 9, timedelta(minutes=1))
    take.bad.remove("SMmoment")
    arrives(carrier, "SMbad", desk.now)
    sweeps(desk, clock, take, 10, timedelta(minutes=1))
    assert take.got == ["SMmoment"] and desk.items() == []
    sweeps(desk, clock, take, 2, timedelta(minutes=1))
    (item,) = desk.items()
    assert (item.kind, item.level, item.subject) == ("alarm", "urgent", "not_digested")
    with desk.line.database.write() as session:
        session.get_one(QueueItem, item.id).resolved_at = desk.now
    sweeps(desk, clock, take, 20, timedelta(hours=1))
    assert desk.items() == []


def test_one_listed_hours_late_that_cannot_be_stored_is_tried_on_after_its_day(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    take, came_at = Stumbles(desk, "SMbad"), desk.now
    clock.move_to(clock.now() + timedelta(hours=5))
    sweep_inbound(desk.line, desk.now, take)
    arrives(carrier, "SMbad", came_at)
    assert look_again(desk.line, desk.now, take) == 0
    sweeps(desk, clock, take, 1, timedelta(minutes=1))
    assert [item.subject for item in desk.items()] == ["not_digested"]
    take.bad.clear()
    sweeps(desk, clock, take, 2, timedelta(days=1))
    assert take.got == ["SMbad"]


def test_one_that_the_carrier_no_longer_has_or_fails_at_holds_up_no_other(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = [f"SM{n}" for n in range(4)]
    take = Stumbles(desk, *sids)
    for n, sid in enumerate(sids):
        arrives(carrier, sid, desk.now + timedelta(seconds=n))
    sweeps(desk, clock, take, 1, timedelta(hours=2))
    take.bad.clear()
    carrier.fails_at.update(sids[:2])
    sweeps(desk, clock, take, 2, timedelta(minutes=1))
    assert take.got == sids[2:]
    carrier.trouble = GatewayError("not_found", code="20404", permanent=True)
    sweeps(desk, clock, take, 2, timedelta(hours=1))
    with desk.line.database.read() as session:
        assert session.scalars(select(Fact.name)).all() == [WATERMARK]


def test_while_the_carrier_hangs_no_single_text_is_asked_for(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    arrives(carrier, "SMbad", desk.now)
    sweeps(desk, clock, Stumbles(desk, "SMbad"), 1, timedelta(hours=2))
    carrier.is_down, before = True, carrier.questions
    carrier.before_listing = lambda: hang(clock)
    sweeps(desk, clock, Stumbles(desk), 1, timedelta(hours=1))
    assert carrier.questions - before == 2
