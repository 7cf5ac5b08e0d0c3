"""The real Twilio library against real sockets that misbehave."""

from __future__ import annotations

import json
import logging
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from bot.gateways import Filled, GatewayError, Outgoing, UnknownOutcome
from bot.gateways.twilio import TwilioGateway

TEXT = Outgoing("+16135550141", "secret words", "https://line.test/status?m=1", "+16135550100", 60)


@contextmanager
def server(behave: Callable[[socket.socket, bytes], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback; `behave` gets each connection after its request was read."""
    listening = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                request = connection.recv(65536)
                head, _, body = request.partition(b"\r\n\r\n")
                found = re.search(rb"(?i)content-length: (\d+)", head)
                length = int(found[1]) if found else 0
                while len(body) < length:
                    body += connection.recv(65536)
                seen.append(head + b"\r\n\r\n" + body)
                behave(connection, request)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join(60)


def gateway(url: str, read_seconds: float = 60.0) -> TwilioGateway:
    return TwilioGateway("AC" + "0" * 32, "token", url, timeouts=(60.0, read_seconds))


def answer(status: int, body: str, header: str = "") -> Callable[[socket.socket, bytes], None]:
    def behave(connection: socket.socket, _: bytes) -> None:
        raw = body.encode()
        connection.sendall(
            f"HTTP/1.1 {status} X\r\nContent-Length: {len(raw)}\r\n"
            f"Connection: close\r\n{header}\r\n".encode()
            + raw
        )

    return behave


def test_what_is_handed_over_is_what_was_meant() -> None:
    with server(answer(201, json.dumps({"sid": "SM1", "from": "+16135550100"}))) as (url, seen):
        accepted = gateway(url).send(TEXT)
    assert (accepted.sid, accepted.sender) == ("SM1", "+16135550100")
    for part in (b"ValidityPeriod=60", b"status%3Fm%3D1", b"From=%2B16135550100"):
        assert part in seen[0]


def test_an_approved_wording_goes_by_its_id_and_what_fills_it_and_without_a_body() -> None:
    text = replace(TEXT, template=Filled("HX" + "1" * 32, {"1": "Thu & 18:00"}))
    with server(answer(201, '{"sid": "SM1"}')) as (url, seen):
        gateway(url).send(text)
    fields = parse_qs(seen[0].partition(b"\r\n\r\n")[2].decode())
    assert fields["ContentSid"] == ["HX" + "1" * 32] and "Body" not in fields
    assert json.loads(fields["ContentVariables"][0]) == {"1": "Thu & 18:00"}


def test_a_messaging_service_takes_the_place_of_a_number() -> None:
    service = "MG" + "0" * 32
    with server(answer(201, '{"sid": "SM1"}')) as (url, seen):
        accepted = gateway(url).send(Outgoing(TEXT.to, "x", TEXT.status_url, service))
    assert accepted.sender == service
    assert b"MessagingServiceSid=" in seen[0] and b"From=" not in seen[0]


@pytest.mark.parametrize(("left", "is_empty"), [("", True), ("secret words", False)])
def test_a_copy_counts_as_emptied_only_when_the_carrier_shows_it_empty(
    left: str, is_empty: bool
) -> None:
    with server(answer(200, json.dumps({"sid": "SM1", "body": left}))) as (url, seen):
        if is_empty:
            gateway(url).blank("SM1")
        else:
            with pytest.raises(GatewayError, match="copy_kept"):
                gateway(url).blank("SM1")
    assert b"Body=" in seen[0]


def test_a_refused_connection_never_arrived() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(GatewayError) as error:
        gateway(f"http://127.0.0.1:{port}").send(TEXT)
    assert not error.value.permanent and error.value.code is None


def slow(connection: socket.socket, _: bytes) -> None:
    threading.Event().wait(0.5)


def cut(connection: socket.socket, _: bytes) -> None:
    connection.close()


@pytest.mark.parametrize(
    "behave",
    [
        slow,
        cut,
        answer(201, '{"sid": "SM'),
        answer(201, ""),
        answer(201, "{}"),
        answer(201, "[]"),
        answer(200, "<html>"),
        answer(500, ""),
        answer(502, "<html>bad gateway</html>"),
        answer(503, "{}"),
        answer(504, ""),
    ],
)
def test_nobody_knows(behave: Callable[[socket.socket, bytes], None]) -> None:
    with server(behave) as (url, _), pytest.raises(UnknownOutcome) as error:
        gateway(url, 0.2).send(TEXT)
    assert "613555" not in str(error.value)


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        (400, 21610, True),
        (400, 21211, True),
        (401, 20003, False),
        (429, 20429, False),
        (500, 20500, False),
        (503, 20503, False),
        (400, 99999, True),
    ],
)
def test_twilios_own_refusals_are_understood(status: int, code: int, permanent: bool) -> None:
    body = json.dumps({"code": code, "message": "no +16135550141", "status": status})
    with server(answer(status, body)) as (url, _), pytest.raises(GatewayError) as error:
        gateway(url).send(TEXT)
    assert (error.value.code, error.value.permanent) == (str(code), permanent)
    assert "613555" not in str(error.value)


def test_the_time_to_wait_is_heard() -> None:
    body = json.dumps({"code": 20429, "message": "slow down", "status": 429})
    busy = answer(429, body, "Retry-After: 17\r\n")
    with server(busy) as (url, _), pytest.raises(GatewayError) as error:
        gateway(url).send(TEXT)
    assert error.value.retry_after_seconds == 17


def test_no_number_and_no_words_in_the_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with server(answer(201, '{"sid": "SM1"}')) as (url, _):
        gateway(url).send(TEXT)
    assert "613555" not in caplog.text and "secret" not in caplog.text


def test_an_active_account_takes_texts_and_nobody_is_texted() -> None:
    with server(answer(200, json.dumps({"sid": "AC1", "status": "active"}))) as (url, seen):
        gateway(url).check()
    assert seen[0].startswith(b"GET /2010-04-01/Accounts/AC" + b"0" * 32 + b".json ")
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, {"sid": "AC1", "status": "suspended"}, "account"),
        (401, {"code": 20003, "message": "x", "status": 401}, "account"),
        (400, {"code": 20404, "message": "x", "status": 400}, "not_found"),
    ],
)
def test_an_account_that_is_refused_today_is_asked_again(
    status: int, body: dict[str, object], reason: str
) -> None:
    with (
        server(answer(status, json.dumps(body))) as (url, _),
        pytest.raises(GatewayError) as refused,
    ):
        gateway(url).check()
    assert (refused.value.reason, refused.value.permanent) == (reason, False)
