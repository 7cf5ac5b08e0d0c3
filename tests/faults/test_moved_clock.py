"""A clock that is moved: a text in a sender's hand goes out once, and nobody's ladder stops."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot import outbox
from bot.line import Line
from records.clock import ManualClock
from records.models.messages import State
from tests.carrier import ScriptedCarrier
from tests.conversations.urgent.cast import KNIFE, Cast
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


def test_a_clock_that_is_set_back_by_an_hour_stops_no_ladder() -> None:
    cast = Cast()
    cast.client.texts(KNIFE)
    cast.later(minutes=1)
    cast.ignore()
    set_back(cast, timedelta(hours=1))
    cast.later(minutes=1)
    cast.on_call.hears("Urgent item 11 still waits").hears("[call]").hears_nothing()
    cast.later(minutes=3)
    cast.second.hears("Urgent item 11").hears("[call]").ignores()
    cast.client.hears("Nobody has picked up yet").hears_nothing()
    cast.ignore()
    cast.later(minutes=5)
    cast.supervisor.hears("Urgent item 11").ignores()
    cast.ignore()


def test_nor_one_that_climbed_while_the_clock_was_ahead() -> None:
    cast = Cast()
    cast.client.texts(KNIFE)
    cast.later(hours=2)  # what was really a minute
    cast.ignore()
    set_back(cast, timedelta(minutes=119))
    cast.later(minutes=6)
    for phone in cast.workers:
        phone.hears("Urgent item 11 still waits")
    cast.ignore()


def test_an_answer_given_while_it_was_ahead_is_none_to_a_cry_after_it() -> None:
    cast = Cast()
    cast.client.texts(KNIFE)
    cast.later(hours=1)
    cast.on_call.texts("11").texts("11: are you somewhere safe?")
    set_back(cast, timedelta(hours=1))
    cast.later(minutes=3)
    cast.ignore()
    cast.client.texts(KNIFE)
    cast.ignore()
    cast.later(minutes=5, seconds=1)
    cast.second.hears("Urgent item 11").ignores()
    cast.ignore()


def set_back(cast: Cast, by: timedelta) -> None:
    """The operator, or a time server, puts the machine's clock right."""
    clock = cast.stage.rehearsal.clock
    vars(clock)["_now"] = clock.now() - by
    cast.later(seconds=1)
