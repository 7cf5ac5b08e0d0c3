"""Whatever the phone company does: nothing lost, nothing said twice, order kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bot import webhooks
from bot.gateways.twilio import TwilioGateway
from bot.line import Line
from records.clock import ManualClock
from records.models import Message
from records.models.messages import State
from scheduler.jobs import next_due_at, run_due
from simulator.app import create_app
from simulator.core import Line as Account
from simulator.core import Pace
from simulator.inprocess import InProcessHttpClient, LineClient
from simulator.network import Network
from tests.outbox.conftest import Desk

PEOPLE = ("+16135550141", "+16135550142", "+16135550143")
EACH = 4


@dataclass
class Wire:
    """A line, the simulator as its carrier, and the time between them."""

    desk: Desk
    clock: ManualClock
    network: Network

    def run(self, length: timedelta) -> None:
        """Lets time pass, stopping wherever either side has something to do."""
        end = self.clock.now() + length
        while (now := self.clock.now()) < end:
            self._settle(now)
            due = [self.network.next_due(), next_due_at(self.desk.line, now)]
            coming = min((at for at in due if at is not None and at > now), default=end)
            # A sweep each minute at the least, as a live ticker would do.
            self.clock.move_to(min(coming, end, now + timedelta(seconds=60)))
        self._settle(self.clock.now())

    def _settle(self, now: datetime) -> None:
        for _ in range(20):
            run_due(self.desk.line, now)
            if not self.network.run_due(now):
                return

    def accepted(self, number: str) -> list[str]:
        """What the carrier took for one phone, in order."""
        return [a.body for a in self.network.ledger() if a.to_number == number]

    def outbound(self) -> list[Message]:
        with self.desk.line.database.read() as session:
            rows = select(Message).where(Message.direction == "outbound").order_by(Message.id)
            return list(session.scalars(rows))


@pytest.fixture
def wire(line: Line, clock: ManualClock) -> Iterator[Wire]:
    app = Flask("line")
    account = Account(
        line.config.account_sid,
        line.config.auth_tokens[0],
        (line.config.sender,),
        sms_url=f"{line.config.public_url}/sms#rc=5&rp=all",
    )
    network = Network(
        account, clock.now, LineClient(app), pace=Pace(sent=0.1, delivered=0.4), seed=3
    )
    line.gateway = TwilioGateway(
        account.account, account.token, http_client=InProcessHttpClient(create_app(network))
    )
    app.register_blueprint(webhooks.create(line))
    yield Wire(Desk(line), clock, network)


def write_all(wire: Wire) -> None:
    for n in range(EACH):
        for number in PEOPLE:
            wire.desk.write(f"{number[-1]}-{n}", number)


EXPECTED = {number: [f"{number[-1]}-{n}" for n in range(EACH)] for number in PEOPLE}

FAULTS: dict[str, dict[str, Any]] = {
    "slow": {"seconds": 20.0, "count": 3},
    "refuse": {"code": 429, "seconds": 5.0, "count": 5},
    "refuse 500": {"code": 500, "count": 5},
    "refuse 503": {"code": 503, "count": 5},
    "refuse reset": {"code": 0, "count": 5},
    "accept_then_timeout": {"seconds": 30.0, "probability": 0.4},
    "broken_json": {"probability": 0.3},
    "queue_delay": {"seconds": 60.0},
    "duplicate": {"copies": 3},
    "reorder": {"seconds": 3.0},
    "webhook_down": {"count": 6},
    "bad_signature": {"count": 6},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_under_each_fault_every_text_arrives_once_and_in_order(wire: Wire, fault: str) -> None:
    wire.network.set_fault(fault.split()[0], **FAULTS[fault])
    write_all(wire)
    wire.run(timedelta(minutes=10))
    wire.network.clear_fault()
    wire.run(timedelta(minutes=15))
    assert {number: wire.accepted(number) for number in PEOPLE} == EXPECTED
    proven = (State.SENT, State.DELIVERED)
    assert {row.state for row in wire.outbound()} <= set(proven)
    heard = {n: [h.body for h in wire.network.inbox(n)] for n in PEOPLE}
    assert heard == EXPECTED


def test_without_faults_every_text_is_proven_delivered(wire: Wire) -> None:
    write_all(wire)
    wire.run(timedelta(seconds=5))
    assert {row.state for row in wire.outbound()} == {State.DELIVERED}
    assert wire.desk.items() == []


@pytest.mark.parametrize("code", [21610, 21211, 30003, 30005, 30007, 30008])
def test_a_rejected_text_is_shown_and_not_sent_again(wire: Wire, code: int) -> None:
    wire.network.set_fault("reject", number=PEOPLE[0], code=code)
    wire.desk.write("hello", PEOPLE[0])
    wire.desk.write("hello", PEOPLE[1])
    wire.run(timedelta(minutes=10))
    assert len(wire.accepted(PEOPLE[0])) == (0 if code < 30000 else 1)
    lost, proven = sorted(wire.outbound(), key=lambda row: row.id)
    assert lost.error_code == str(code) and proven.state == State.DELIVERED
    assert [item.message_id for item in wire.desk.items("not_delivered")] == [lost.id]


def test_a_text_that_was_dropped_is_not_shown_as_delivered(wire: Wire) -> None:
    wire.network.set_fault("accept_and_drop")
    sent = wire.desk.write("hello")
    wire.run(timedelta(minutes=10))
    row = wire.desk.row(sent)
    assert (row.state, row.final_at) == (State.SENT, None) and len(wire.network.ledger()) == 1


def test_an_account_that_is_refused_alarms_and_keeps_every_text(wire: Wire) -> None:
    wire.network.set_fault("reject", code=20003)
    write_all(wire)
    wire.run(timedelta(minutes=5))
    assert [item.subject for item in wire.desk.items("alarm")] == ["carrier_account"]
    wire.network.clear_fault()
    wire.run(timedelta(minutes=10))
    assert {number: wire.accepted(number) for number in PEOPLE} == EXPECTED


def test_a_text_that_no_webhook_brought_is_fetched(wire: Wire) -> None:
    wire.network.set_fault("webhook_down")
    wire.network.phone_sends(PEOPLE[0], "when is the circle")
    wire.run(timedelta(minutes=2))
    with wire.desk.line.database.read() as session:
        (row,) = session.scalars(select(Message).where(Message.direction == "inbound"))
    assert row.is_late
