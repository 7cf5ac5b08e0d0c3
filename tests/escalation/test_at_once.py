"""A web process alone sends the first page; a stranger cannot take an item by voice."""

from __future__ import annotations

import threading

from bot.escalation.at_once import AtOnce
from bot.inbound import Inbound, receive
from bot.line import Line
from records.models.messages import Lane
from service.seed import seed
from tests.carrier import ScriptedCarrier
from tests.conversations.urgent.cast import KNIFE, Cast


def finish() -> None:
    for thread in threading.enumerate():
        if thread.name == "urgent":
            thread.join(60)


def test_the_first_page_leaves_without_any_scheduler(line: Line, carrier: ScriptedCarrier) -> None:
    line.texts = type(line.texts).load()
    seed(line)
    line.wake.helper = AtOnce(line)
    receive(line, Inbound("SM" + "a" * 32, "+16135550141", "", KNIFE, line.now()))
    finish()
    bodies = carrier.bodies
    assert sum("Urgent item 11" in body for body in bodies) == 2
    assert any("Are you safe right now?" in body for body in bodies)
    assert sum(body.startswith("[call]") for body in bodies) == 1


def test_routine_texts_are_left_to_the_senders(line: Line, carrier: ScriptedCarrier) -> None:
    line.texts = type(line.texts).load()
    seed(line)
    line.wake.helper = AtOnce(line)
    receive(line, Inbound("SM" + "a" * 32, "+16135550141", "", "circle", line.now()))
    finish()
    assert carrier.bodies == []
    assert Lane.URGENT < Lane.REPLY


def test_many_texts_at_once_are_each_paged_once(line: Line, carrier: ScriptedCarrier) -> None:
    line.texts = type(line.texts).load()
    seed(line)
    line.wake.helper = AtOnce(line)
    for n in range(5):
        number = f"+1613555014{n}"
        receive(line, Inbound(f"SM{n:a>32}", number, "", KNIFE, line.now()))
    finish()
    for number in range(11, 16):
        assert sum(f"Urgent item {number}." in body for body in carrier.bodies) == 2


def test_a_call_that_is_not_signed_takes_nothing(cast: Cast) -> None:
    cast.client.texts(KNIFE)
    client = cast.stage.rehearsal.app.test_client()
    for path in ("/voice/page?m=1", "/voice/keys?m=1"):
        assert client.post(path, data={"Digits": "1"}).status_code == 403
    assert cast.alert().state == "open"
    cast.ignore()
