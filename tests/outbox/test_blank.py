"""The phone company's copies go as soon as ours are safe, and after a day in any case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot import outbox
from bot.gateways import GatewayError
from bot.outbox.blank import MOST_FAILED, SECOND_MACHINE, VERIFIED_BACKUP, blank
from bot.outbox.carriers import SECOND
from records.clock import ManualClock
from records.models import Fact, Message
from records.models.messages import Lane
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk


def is_kept(desk: Desk, name: str) -> None:
    """Says that all stored until now stands in a second place."""
    with desk.line.database.write() as session:
        session.merge(Fact(name=name, value="", at=desk.now))


def delivered(desk: Desk, carrier: ScriptedCarrier, number: str = "+16135550141") -> int:
    sent = desk.write("hello", number)
    desk.send()
    sid = carrier.taken[-1].sid
    params = {"MessageSid": sid, "MessageStatus": "delivered"}
    outbox.record_receipt(desk.line, params, None, desk.now)
    return sent


@pytest.mark.parametrize("place", [VERIFIED_BACKUP, SECOND_MACHINE])
def test_a_copy_goes_once_ours_stands_in_a_second_place(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, place: str
) -> None:
    sent = delivered(desk, carrier)
    clock.move_to(clock.now() + timedelta(hours=1))
    assert blank(desk.line) == 0
    is_kept(desk, place)
    assert blank(desk.line) == 1 and blank(desk.line) == 0
    assert carrier.blanked == [carrier.taken[0].sid] and carrier.bodies == [""]
    assert desk.row(sent).carrier_blanked_at == desk.now and desk.items() == []


def test_a_text_newer_than_the_backup_stays_fetchable(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    is_kept(desk, VERIFIED_BACKUP)
    clock.move_to(clock.now() + timedelta(hours=1))
    delivered(desk, carrier)
    assert blank(desk.line) == 0


def test_a_text_on_its_way_keeps_its_copy(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("hello")
    desk.send()
    clock.move_to(clock.now() + timedelta(hours=1))
    is_kept(desk, VERIFIED_BACKUP)
    assert blank(desk.line) == 0


def test_after_a_day_it_goes_in_any_case_with_an_alarm(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    delivered(desk, carrier)
    clock.move_to(clock.now() + timedelta(hours=24))
    assert blank(desk.line) == 1
    assert [item.subject for item in desk.items("alarm")] == ["no_verified_backup"]


def test_what_a_client_texted_is_blanked_too(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = desk.write("as if from them")
    with desk.line.database.write() as session:
        row = session.get_one(Message, sent)
        row.direction, row.state, row.carrier_sid = "inbound", "received", "SMin"
        row.final_at = desk.now
    clock.move_to(clock.now() + timedelta(minutes=1))
    is_kept(desk, VERIFIED_BACKUP)
    assert blank(desk.line) == 1 and carrier.blanked == ["SMin"]


def test_a_reminder_written_long_ago_keeps_its_copy_until_a_backup_knows_it_went(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    desk.write("reminder", lane=Lane.TIMED, due_at=desk.now + timedelta(days=3))
    clock.move_to(clock.now() + timedelta(days=3))
    is_kept(desk, VERIFIED_BACKUP)
    desk.send()
    params = {"MessageSid": carrier.taken[0].sid, "MessageStatus": "delivered"}
    outbox.record_receipt(desk.line, params, None, desk.now)
    assert blank(desk.line) == 0
    clock.move_to(clock.now() + timedelta(minutes=1))
    is_kept(desk, VERIFIED_BACKUP)
    assert blank(desk.line) == 1


def test_a_carrier_that_is_down_is_asked_again_later(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    delivered(desk, carrier)
    clock.move_to(clock.now() + timedelta(hours=1))
    is_kept(desk, VERIFIED_BACKUP)
    carrier.is_down = True
    assert blank(desk.line) == 0
    carrier.is_down = False
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert blank(desk.line) == 1


def test_a_copy_that_cannot_be_emptied_is_given_up_with_an_alarm(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sent = delivered(desk, carrier)
    carrier.refuses_blanking = GatewayError("carrier_error", code="20009", permanent=True)
    clock.move_to(clock.now() + timedelta(days=6))
    assert blank(desk.line) == 0 and desk.row(sent).carrier_blanked_at is None
    clock.move_to(clock.now() + timedelta(days=2))
    blank(desk.line)
    assert desk.row(sent).carrier_blanked_at == desk.now
    assert [item.subject for item in desk.items("alarm")] == ["carrier_copy_not_blanked"]


def test_a_copy_that_is_gone_already_is_well(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    delivered(desk, carrier)
    carrier.refuses_blanking = GatewayError("not_found", code="20404", permanent=True)
    clock.move_to(clock.now() + timedelta(hours=25))
    assert blank(desk.line) == 1
    with desk.line.database.read() as session:
        left = select(func.count()).where(Message.carrier_blanked_at.is_(None))
        assert session.scalar(left) == 0


def crowd(desk: Desk, carrier: ScriptedCarrier, clock: ManualClock, count: int) -> list[str]:
    """So many copies that may go, one a second, oldest first; their SIDs."""
    for n in range(count):
        delivered(desk, carrier, f"+1613555{n:04}")
        clock.move_to(clock.now() + timedelta(seconds=1))
    is_kept(desk, VERIFIED_BACKUP)
    return [taken.sid for taken in carrier.taken]


def rounds(desk: Desk, clock: ManualClock, count: int, apart: timedelta) -> int:
    """How many copies are emptied in so many rounds."""
    emptied = 0
    for _ in range(count):
        clock.move_to(clock.now() + apart)
        emptied += blank(desk.line)
    return emptied


def test_one_copy_that_always_fails_holds_up_no_other(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 5)
    carrier.fails_at.add(sids[0])
    assert blank(desk.line) == 4 and carrier.blanked == sids[1:]
    carrier.fails_at.clear()
    assert rounds(desk, clock, 1, timedelta(minutes=1)) == 1


def test_many_that_always_fail_hold_up_none_that_comes_after_them(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 12)
    carrier.fails_at.update(sids[:10])
    rounds(desk, clock, 4, timedelta(minutes=1))
    assert carrier.blanked == sids[10:]
    delivered(desk, carrier, "+16135550900")
    clock.move_to(clock.now() + timedelta(minutes=20))  # all have rested
    is_kept(desk, VERIFIED_BACKUP)
    rounds(desk, clock, 5, timedelta(minutes=1))
    assert carrier.blanked == [*sids[10:], carrier.taken[-1].sid]


def test_a_carrier_that_is_down_is_asked_about_few_copies(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 10)
    carrier.is_down, before = True, carrier.questions
    assert blank(desk.line) == 0
    assert carrier.questions - before == MOST_FAILED
    carrier.is_down = False
    assert rounds(desk, clock, 1, timedelta(minutes=1)) == 10
    assert sorted(carrier.blanked) == sids


def test_one_that_fails_for_a_week_while_others_go_is_given_up_with_an_alarm(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    carrier.fails_at.update(crowd(desk, carrier, clock, 1))
    for day in range(8):
        assert day == 7 or desk.items("alarm") == []
        delivered(desk, carrier, f"+1613555{day + 100:04}")
        clock.move_to(clock.now() + timedelta(seconds=1))
        is_kept(desk, VERIFIED_BACKUP)
        rounds(desk, clock, 4, timedelta(hours=6))
    assert len(carrier.blanked) == 8
    assert [item.subject for item in desk.items("alarm")] == ["carrier_copy_not_blanked"]


def test_while_a_carrier_is_down_no_copy_is_given_up(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 2)
    carrier.is_down = True
    rounds(desk, clock, 60, timedelta(hours=6))
    assert desk.items("alarm") == []
    carrier.is_down = False
    assert rounds(desk, clock, 1, timedelta(hours=1)) == 2 and carrier.blanked == sids


def test_the_copies_of_a_carrier_no_longer_in_the_settings_crowd_out_no_other(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 6)
    with desk.line.database.write() as session:
        old = select(Message.id).order_by(Message.id).limit(5)
        gone = update(Message).where(Message.id.in_(session.scalars(old).all()))
        session.execute(gone.values(carrier=SECOND))
    assert blank(desk.line, limit=5) == 1 and carrier.blanked == sids[5:]
    rounds(desk, clock, 6, timedelta(days=1))
    assert desk.items() == []
    rounds(desk, clock, 2, timedelta(days=1))
    assert [item.subject for item in desk.items()] == ["carrier_copy_not_blanked"]


def test_refused_copies_crowd_out_no_newer_one(
    desk: Desk, carrier: ScriptedCarrier, clock: ManualClock
) -> None:
    sids = crowd(desk, carrier, clock, 6)
    carrier.refuses_blanking = GatewayError("carrier_error", code="20009", permanent=True)
    assert blank(desk.line, limit=5) == 0
    carrier.refuses_blanking = None
    assert blank(desk.line, limit=5) == 1 and carrier.blanked == [sids[5]]
    clock.move_to(clock.now() + timedelta(minutes=1))
    assert blank(desk.line, limit=5) == 5
