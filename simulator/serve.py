"""Runs the simulator for real: sockets, time that passes, and a line that may not answer."""

import socket
import struct
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from threading import Event, Thread
from time import sleep
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .carrier import FAULT_HEADER
from .model import Answer, Webhook
from .network import Network
from .pending import Event as PendingEvent

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LANES = 16
TICK_SECONDS = 0.05


class LineOverHttp:
    """Carries webhooks to the line at `line_url` and nowhere else, whatever address they bear.

    The address that was signed is kept in path and query, so `line_url` may differ from the
    public one. Raises ValueError when `line_url` is not on this computer.
    """

    def __init__(self, line_url: str) -> None:
        parts = urlsplit(line_url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise ValueError("the line must be on this computer: http://127.0.0.1:PORT")
        self._host, self._port = parts.hostname, parts.port or 80

    def __call__(self, webhook: Webhook) -> Answer:
        parts = urlsplit(webhook.url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/x-www-form-urlencoded", **dict(webhook.headers)}
        headers["Host"] = parts.netloc
        body = None if webhook.method == "GET" else urlencode(webhook.params)
        connection = HTTPConnection(self._host, self._port, timeout=webhook.timeout_seconds)
        try:
            connection.request(webhook.method, path, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode("utf-8", "replace"))
        except (OSError, HTTPException):
            return Answer(0)
        finally:
            connection.close()


class RealFaults:
    """Makes late answers late and cut connections cut, for an application served by sockets."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        fault: list[str] = []

        def begin(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            fault.extend(value for name, value in headers if name == FAULT_HEADER)
            if "reset" in fault:
                _cut(environ["werkzeug.socket"])
            elif fault:
                sleep(float(fault[0]))
            kept = [(name, value) for name, value in headers if name != FAULT_HEADER]
            return start_response(status, kept, *rest)

        return self._app(environ, begin)


def _cut(connection: socket.socket) -> None:
    """End a connection without an answer, with a reset rather than a farewell."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.shutdown(socket.SHUT_RDWR)
    raise ConnectionResetError


class Clockwork:
    """Carries out what is due every 50 ms; webhooks of one phone in order, of many at once."""

    def __init__(self, network: Network, each_tick: Callable[[], None]) -> None:
        self._network = network
        self._each_tick = each_tick
        self._stopped = Event()
        self._lanes = [ThreadPoolExecutor(1, f"lane-{number}") for number in range(LANES)]
        self._thread = Thread(target=self._tick, name="clockwork", daemon=True)

    def start(self) -> None:
        """Begin to tick."""
        self._thread.start()

    def stop(self) -> None:
        """Tick no more; webhooks that are on their way are not waited for."""
        self._stopped.set()
        self._thread.join()
        for lane in self._lanes:
            lane.shutdown(wait=False, cancel_futures=True)

    def _tick(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            while event := self._network.take():
                if event.posts:
                    self._lanes[hash(event.lane) % LANES].submit(_safely, self._network.run, event)
                else:
                    _safely(self._network.run, event)
            _safely(self._each_tick)


def _safely(act: Callable[..., None], *given: PendingEvent) -> None:
    """One bad event must not stop the network; it is named without what it was about."""
    try:
        act(*given)
    except Exception as error:
        print(f"simulator: {type(error).__name__}: {act.__name__}", file=sys.stderr)


class _Quiet(WSGIRequestHandler):
    """Logs nothing: the addresses that are asked for hold phone numbers."""

    def log(self, _kind: str, _message: str, *_args: object) -> None:
        """Nothing is written."""


def server(app: WSGIApplication, port: int) -> BaseWSGIServer:
    """A server on 127.0.0.1 only (port 0: any free one); OSError when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        # Werkzeug ends the whole process on a taken port; so the socket is opened here.
        made = make_server(
            "127.0.0.1",
            port,
            RealFaults(app),
            threaded=True,
            request_handler=_Quiet,
            fd=listener.fileno(),
        )
    finally:
        listener.close()
    return made
