"""The simulator over real sockets: time that passes, and webhooks that travel."""

import socket
from collections.abc import Iterator
from threading import Event, Thread

import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client as TwilioClient
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator import webhooks
from simulator.app import create_app
from simulator.clock import MovableClock
from simulator.core import Line
from simulator.model import Answer
from simulator.network import Network
from simulator.serve import Clockwork, LineOverHttp, server
from tests.scheduler.test_live import until

from .stand import ACCOUNT, ANN, BEA, OWN, TOKEN, LittleLine


class Silent(WSGIRequestHandler):
    """A request handler that logs nothing."""

    def log(self, _kind: str, _message: str, *_args: object) -> None:
        """Nothing is written."""


@pytest.fixture
def serve() -> Iterator[object]:
    """Starts a server in a thread and stops it when the test is over."""
    started: list[tuple[BaseWSGIServer, Thread]] = []

    def start(made: BaseWSGIServer) -> str:
        thread = Thread(target=made.serve_forever, daemon=True)
        thread.start()
        started.append((made, thread))
        return f"http://127.0.0.1:{made.port}"

    yield start
    for made, thread in started:
        made.shutdown()
        thread.join()
        made.server_close()


def over_sockets(address: str, timeout: float) -> TwilioClient:
    """The real Twilio library over a real socket."""
    client = TwilioClient(ACCOUNT, TOKEN, http_client=TwilioHttpClient(False, timeout=timeout))
    client.api.base_url = address
    return client


def test_over_sockets_late_is_late_and_cut_is_cut(serve: object) -> None:
    clock = MovableClock()
    network = Network(Line(ACCOUNT, TOKEN), clock, lambda _webhook: Answer(200))
    address = serve(server(create_app(network, clock), 0))  # type: ignore[operator]
    network.set_fault("slow", seconds=2.0, count=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        over_sockets(address, 0.1).messages.create(to=ANN, from_=OWN, body="late")
    until(lambda: len(network.ledger()) == 1)  # the next switch is not for this one
    network.set_fault("refuse", code=0, count=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        over_sockets(address, 60).messages.create(to=ANN, from_=OWN, body="cut")
    over_sockets(address, 60).messages.create(to=ANN, from_=OWN, body="plain")
    assert [entry.body for entry in network.ledger()] == ["late", "plain"]
    answer = requests.get(f"{address}/simulator/clock", timeout=60)
    assert "X-Simulator-Fault" not in answer.headers


def test_a_webhook_travels_over_a_socket_under_the_name_that_was_signed(serve: object) -> None:
    line = LittleLine()
    made = make_server("127.0.0.1", 0, line.app(), request_handler=Silent)
    post = LineOverHttp(serve(made))  # type: ignore[operator]
    url = "https://line.example/sms#rt=5000"
    answer = post(webhooks.build(url, {"Body": "ᐊᐃ + &", "Empty": ""}, TOKEN))
    assert answer == Answer(200, "<Response/>")
    assert line.told == [("/sms", {"Body": "ᐊᐃ + &", "Empty": ""})]
    assert post(webhooks.build("https://line.example/sms", {}, "wrong")).status == 403
    assert post(webhooks.build("https://line.example/x?a=1", {"b": "2"}, TOKEN, method="GET")) == (
        Answer(200, "<Response/>")
    )
    assert line.told[-1] == ("/x", {"a": "1", "b": "2"})


def test_a_line_that_is_not_there_is_status_0() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        post = LineOverHttp(f"http://127.0.0.1:{held.getsockname()[1]}")
        assert post(webhooks.build("http://127.0.0.1/sms", {}, TOKEN)) == Answer(0)


@pytest.mark.parametrize("url", ["http://192.0.2.1:8080", "https://127.0.0.1", "ftp://localhost"])
def test_webhooks_never_leave_this_computer(url: str) -> None:
    with pytest.raises(ValueError, match="this computer"):
        LineOverHttp(url)


def test_a_signature_covers_the_address_without_its_overrides() -> None:
    made = webhooks.build("https://line.example/sms?x=1#rc=5", {"Body": "b"}, TOKEN)
    assert made.url == "https://line.example/sms?x=1"
    signature = dict(made.headers)["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(made.url, {"Body": "b"}, signature)
    assert not RequestValidator(TOKEN).validate(made.url, {"Body": "c"}, signature)


def test_the_clockwork_delivers_in_order_to_each_phone_by_itself() -> None:
    told: list[tuple[str, str]] = []
    complete = Event()

    def post(webhook: webhooks.Webhook) -> Answer:
        fields = dict(webhook.params)
        told.append((fields["From"], fields["Body"]))
        if len(told) == 40:
            complete.set()
        return Answer(200)

    network = Network(Line(ACCOUNT, TOKEN), MovableClock(), post)
    ticks: list[int] = []
    clockwork = Clockwork(network, lambda: ticks.append(1))
    for number in range(20):
        network.phone_sends(ANN, str(number))
        network.phone_sends(BEA, str(number))
    clockwork.start()
    assert complete.wait(60)
    clockwork.stop()
    assert [body for who, body in told if who == ANN] == [str(n) for n in range(20)]
    assert [body for who, body in told if who == BEA] == [str(n) for n in range(20)]
    assert ticks
