"""A clock that is moved while a sender holds a text: the text goes out once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import outbox
from bot.line import Line
from records.clock import ManualClock
from records.models.messages import State
from tests.carrier import ScriptedCarrier
from tests.outbox.conftest import Desk


@pytest.mark.parametrize("seconds", [25, 31, 7200])
def test_a_text_whose_lease_the_clock_ended_is_left_to_the_others(
    line: Line, clock: ManualClock, carrier: ScriptedCarrier, seconds: int
) -> None:
    desk = Desk(line)
    sent = desk.write("hello")
    (claim,) = outbox.claim_due(line, line.now())
    clock.move_to(clock.now() + timedelta(seconds=seconds))
    outbox.send_one(line, claim)
    assert carrier.bodies == [] and desk.row(sent).state == State.SENDING


def test_a_text_that_is_held_for_a_moment_goes_out(
    line: Line, clock: ManualClock, carrier: ScriptedCarrier
) -> None:
    desk = Desk(line)
    sent = desk.write("hello")
    (claim,) = outbox.claim_due(line, line.now())
    clock.move_to(clock.now() + timedelta(seconds=5))
    outbox.send_one(line, claim)
    assert carrier.bodies == ["hello"] and desk.row(sent).state == State.SENT
