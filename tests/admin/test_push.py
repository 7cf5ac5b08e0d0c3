"""Pages on workers' own screens: a number, beside the text, to known hosts only."""

from __future__ import annotations

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import http_ece
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select

from bot.push import WebPusher, is_allowed
from records.database import Database
from records.models import Message, PushSubscription
from service.rehearsal import stage_config
from tests.admin.desk import KNIFE, Desk
from tests.certificates import certificate, shows
from tests.stage import Stage


class PushHost:
    """A browser maker's push host on this computer: keeps what it is handed, answers `status`."""

    def __init__(self, folder: Path) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, self.to = 201, ""
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                host.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                self.send_response(host.status)
                if host.to:
                    self.send_header("Location", host.to)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.certificate = certificate(folder / "host.pem", timedelta(days=1))
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = shows(self.certificate)
        self._web.socket = context.wrap_socket(self._web.socket, server_side=True)
        self.name = f"127.0.0.1:{self._web.server_port}"
        threading.Thread(target=self._web.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._web.shutdown()
        self._web.server_close()


class Screen:
    """A worker's browser: has keys of its own, and can read what was pushed to it."""

    def __init__(self, host: PushHost, name: str = "one") -> None:
        self.endpoint = f"https://{host.name}/push/{name}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes ok"

    def told(self) -> str:
        """What the page sends when this browser subscribes."""
        point = self._key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        keys = {"p256dh": _text(point), "auth": _text(self._auth)}
        return json.dumps({"endpoint": self.endpoint, "expirationTime": None, "keys": keys})

    def read(self, body: bytes) -> str:
        return http_ece.decrypt(
            body, private_key=self._key, auth_secret=self._auth, version="aes128gcm"
        ).decode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[PushHost]:
    made = PushHost(tmp_path)
    yield made
    made.close()


@pytest.fixture
def stage(database: Database, host: PushHost) -> Stage:
    """A line that may call this host and no other."""
    made = Stage(database=database, config=replace(stage_config(), push_hosts=(host.name,)))
    session = requests.Session()
    session.verify = str(host.certificate)
    made.line.pusher = WebPusher(made.line.vault, "https://line.test", (host.name,), session)
    return made


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage).sign_in_as("caseworker")


def _on(desk: Desk, screen: Screen) -> None:
    assert desk.send("/admin/account/notices", subscription=screen.told()).status_code == 303


def _rows(stage: Stage) -> list[PushSubscription]:
    with stage.line.database.read() as session:
        return list(session.scalars(select(PushSubscription).order_by(PushSubscription.id)))


def test_an_urgent_text_is_shown_beside_the_page_and_says_only_how_many(
    stage: Stage, desk: Desk, host: PushHost
) -> None:
    screen = Screen(host)
    _on(desk, screen)
    stage.phone().texts(KNIFE).ignores()
    headers, body = host.got[0]
    assert screen.read(body) == "Urgent items: 1"
    assert headers["urgency"] == "high" and headers["authorization"].startswith("vapid t=")
    assert len(host.got) == 1 and b"knife" not in body
    stage.phone("0191").hears("Urgent item")


def test_a_dead_push_host_changes_nothing_about_texts_and_calls(
    stage: Stage, desk: Desk, host: PushHost
) -> None:
    _on(desk, Screen(host))
    host.status = 500
    stage.phone().texts(KNIFE).ignores()
    stage.phone("0191").hears("Urgent item").hears("[call]")
    stage.later(minutes=1)
    assert len(host.got) == 3
    with stage.line.database.read() as session:
        row = session.scalars(select(Message).where(Message.channel == "push")).one()
        assert (row.state, row.reason) == ("failed", "push_refused")
    assert _rows(stage)[0].failures == 3 and _rows(stage)[0].ended_at is None


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_not_called_again(
    stage: Stage, desk: Desk, host: PushHost, status: int
) -> None:
    _on(desk, Screen(host))
    host.status = status
    stage.phone().texts(KNIFE).ignores()
    assert _rows(stage)[0].ended_why == "gone"
    before = len(host.got)
    stage.phone("0142").texts(KNIFE).ignores()
    assert len(host.got) == before


def test_a_host_that_sends_us_elsewhere_is_not_followed(
    stage: Stage, desk: Desk, host: PushHost
) -> None:
    _on(desk, Screen(host))
    host.status, host.to = 307, f"https://{host.name}/elsewhere"
    stage.phone().texts(KNIFE).ignores()
    stage.later(minutes=1)
    assert {headers["host"] for headers, _ in host.got} == {host.name}
    assert len(host.got) == 3 and _rows(stage)[0].used_at is None


def test_a_worker_ends_their_own_screen_and_no_one_elses(
    stage: Stage, desk: Desk, host: PushHost
) -> None:
    _on(desk, Screen(host))
    row = _rows(stage)[0]
    other = Desk(stage).sign_in_as("supervisor")
    assert other.send(f"/admin/account/notices/{row.id}/end").status_code == 404
    assert desk.send(f"/admin/account/notices/{row.id}/end").status_code == 303
    stage.phone().texts(KNIFE).ignores()
    assert host.got == []


def test_where_notices_go_is_sealed(stage: Stage, desk: Desk, host: PushHost) -> None:
    screen = Screen(host)
    _on(desk, screen)
    _on(desk, screen)
    (row,) = _rows(stage)
    assert screen.endpoint.encode() not in row.subscription_sealed
    assert "push/one" not in desk.read("/admin/account/notices")


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/x",
        "https://fcm.googleapis.com.evil.test/x",
        "https://evil.test/fcm.googleapis.com",
        "https://user:pass@fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://127.0.0.1/x",
        "https://[::1",
        "",
    ],
)
def test_only_the_makers_hosts_over_https_are_called(
    stage: Stage, desk: Desk, endpoint: str
) -> None:
    assert not is_allowed(endpoint, ("fcm.googleapis.com", ".notify.windows.com"))
    told = json.dumps({"endpoint": endpoint, "keys": {"p256dh": "x", "auth": "y"}})
    assert desk.send("/admin/account/notices", subscription=told).status_code == 422
    assert desk.send("/admin/account/notices", subscription="[1]").status_code == 422


def test_the_makers_hosts_are_allowed() -> None:
    hosts = stage_config().push_hosts
    for endpoint in (
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-by3p.notify.windows.com/w/?token=abc",
    ):
        assert is_allowed(endpoint, hosts), endpoint


def test_the_key_of_one_installation_stays_the_same(stage: Stage) -> None:
    assert stage.line.pusher is not None
    again = WebPusher(stage.line.vault, "https://line.test", ())
    assert again.key == stage.line.pusher.key and len(again.key) == 87


def test_the_page_can_be_put_on_the_home_screen(stage: Stage, desk: Desk) -> None:
    page = desk.read("/admin/queue")
    assert 'rel="manifest"' in page
    with desk.open("/admin/static/manifest.json") as answer:
        manifest = answer.get_json()
    assert manifest["start_url"] == manifest["scope"] == "/admin/"
    for icon in manifest["icons"]:
        with desk.open(f"/admin/static/{icon['src']}") as answer:
            assert answer.status_code == 200
    with desk.open("/admin/worker.js") as script:
        assert script.status_code == 200 and "javascript" in script.headers["Content-Type"]
        assert "manifest-src 'self'" in script.headers["Content-Security-Policy"]
