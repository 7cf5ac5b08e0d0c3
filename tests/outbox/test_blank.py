"""The phone company's copies go as soon as ours are safe, and after a day in any case."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot import outbox
from bot.gateways import GatewayError
from bot.outbox.blank import SECOND_MACHINE, VERIFIED_BACKUP, blank
from records.clock import ManualClock
from records.models import Fact, Message
from records.models.messages import Lane
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk


def is_kept(desk: Desk, name: str) -> None:
    """Says that all stored until now stands in a second place."""
    with desk.line.database.write() as session:
        session.merge(Fact(name=name, value="", at=desk.now))


def delivered(desk: Desk, carrier: ScriptedCarrier) -> int:
    sent = desk.write("hello")
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
