"""The same gateway and the same doors against a Twilio that somebody else wrote."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from twilio.rest import Client
from werkzeug.serving import make_server

from bot.gateways import GatewayError, Outgoing
from bot.gateways.twilio import TwilioGateway
from bot.line import Line
from bot.outbox import claim_due, send_one
from records.clock import ManualClock, SystemClock
from records.models import Message
from records.vault import Vault
from service import compose
from service.app import create_app
from service.rehearsal import stage_config
from tests.ports import free_port
from tests.scheduler.test_live import until
from tests.stage import Database

ACCOUNT = "AC" + "0" * 32
TOKEN = "twilio_test_auth_token"
NUMBER = "+15551234567"
STAND_IN = Path("node_modules/emulate/dist/index.js")


@pytest.fixture(scope="module")
def stand_in() -> Iterator[str]:
    """The stand-in's address."""
    port = free_port()
    command = ["node", str(STAND_IN), "--service", "twilio", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)

    def listens() -> bool:
        assert process.poll() is None, "the stand-in did not start: is node there?"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(listens)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(60)


@pytest.fixture
def served(stand_in: str, tmp_path: Path, vault: Vault) -> Iterator[Line]:
    """A line over real HTTP whose carrier is the stand-in."""
    port = free_port()
    database = Database(f"sqlite:///{tmp_path / 'line.db'}")
    from records import migrate

    migrate.upgrade(database)
    config = replace(
        stage_config(),
        public_url=f"http://127.0.0.1:{port}",
        account_sid=ACCOUNT,
        auth_tokens=(TOKEN,),
        sender=NUMBER,
    )
    gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=stand_in)
    line = compose.assemble(config, database, vault, SystemClock(), gateway)
    server = make_server("127.0.0.1", port, create_app(line), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield line
    server.shutdown()
    thread.join()
    server.server_close()
    database.close()


def tell(stand_in: str, what: str, **fields: str) -> None:
    """Has the stand-in's own phones or network do something."""
    url = f"{stand_in}/_twilio/simulate/{what}"
    requests.post(url, fields, auth=(ACCOUNT, TOKEN), timeout=60).raise_for_status()


def messages(line: Line) -> list[Message]:
    with line.database.read() as session:
        return list(session.scalars(select(Message).order_by(Message.seq)))


def test_the_gateway_sends_fetches_and_lists(stand_in: str, clock: ManualClock) -> None:
    gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=stand_in)
    out = Outgoing("+16135550141", "ᐊᐃ, a circle?", "http://127.0.0.1:9/status?m=1", NUMBER)
    since = SystemClock().now() - timedelta(days=1)
    accepted = gateway.send(out)
    found = gateway.fetch(accepted.sid)
    assert (found.to, found.body, found.direction) == (out.to, out.body, "outbound")
    assert accepted.sid in {m.sid for m in gateway.sent_to(out.to, since)}


def test_the_gateway_tells_a_refusal_for_good(stand_in: str) -> None:
    gateway = TwilioGateway(ACCOUNT, TOKEN, base_url=stand_in)
    with pytest.raises(GatewayError) as refusal:
        gateway.send(Outgoing("nonsense", "hello", "http://127.0.0.1:9/status", NUMBER))
    assert refusal.value.permanent


def test_a_text_comes_in_signed_and_its_answer_and_receipt_go_round(
    served: Line, stand_in: str
) -> None:
    account = Client(ACCOUNT, TOKEN)
    account.api.base_url = stand_in
    number = account.incoming_phone_numbers.list()[0]
    number.update(sms_url=f"{served.config.public_url}/sms", sms_method="POST")
    tell(stand_in, "inbound-message", To=NUMBER, From="+16135550141", Body="who is this")
    until(lambda: len(messages(served)) == 2)
    inbound, answer = messages(served)
    assert (inbound.direction, answer.direction, answer.state) == ("inbound", "outbound", "queued")
    for taken in claim_due(served, served.now()):
        send_one(served, taken)
    answer = messages(served)[1]
    assert answer.state == "sent" and answer.carrier_sid
    sid = str(answer.carrier_sid)
    tell(stand_in, "message-status", MessageSid=sid, Status="delivered")
    until(lambda: messages(served)[1].state == "delivered")
