"""A load client: signed texts from many phones over kept-alive connections, each answer timed."""

from __future__ import annotations

import http.client
import multiprocessing
import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

WORDS = ("circle", "when is the next circle", "hi", "menu", "food", "1", "2", "thanks", "ok")
CONNECTIONS = 16


@dataclass(frozen=True)
class Shot:
    """One request: path, body, headers, and the text's own id."""

    path: str
    body: str
    headers: dict[str, str]
    sid: str


@dataclass(frozen=True)
class Result:
    """Answers a second, latencies in milliseconds, answers that were not 2xx.

    `begun` is when each text was due to be sent, by its id, in seconds since 1970.
    """

    rate: float
    p50: float
    p99: float
    failures: int
    begun: dict[str, float]


class Texting:
    """Phones that text, never the same words twice running; every text prepared and signed."""

    def __init__(self, public_url: str, token: str, phones: int, seed: int = 1) -> None:
        self._url = f"{public_url}/sms"
        self._validator = RequestValidator(token)
        self._chance = random.Random(seed)
        self._said: dict[int, str] = {}
        self._phones, self._count, self._seed = phones, 0, seed
        self._begun = int(time.time() * 1000) % 10**9

    def shots(self, count: int, *, each_phone_once: bool = False) -> list[Shot]:
        """`count` signed texts with Twilio's full set of fields."""
        return [self._shot(n if each_phone_once else None) for n in range(count)]

    def _shot(self, phone: int | None) -> Shot:
        self._count += 1
        phone = self._chance.randrange(self._phones) if phone is None else phone % self._phones
        words = self._chance.choice([word for word in WORDS if word != self._said.get(phone)])
        self._said[phone] = words
        sid = f"SM{self._begun:09d}{self._seed:03d}{self._count:020d}"
        fields = {
            "ToCountry": "CA", "ToState": "ON", "SmsMessageSid": sid, "NumMedia": "0",
            "ToCity": "OTTAWA", "FromZip": "", "SmsSid": sid, "FromState": "ON",
            "SmsStatus": "received", "FromCity": "OTTAWA", "Body": words, "FromCountry": "CA",
            "To": "+16135550100", "ToZip": "", "NumSegments": "1", "MessageSid": sid,
            "AccountSid": "AC" + "0" * 32, "From": f"+1613{5000000 + phone:07d}",
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": self._validator.compute_signature(self._url, fields),
        }
        return Shot("/sms", urlencode(fields), headers, sid)


def fire(
    port: int, shots: Sequence[Shot], rate: float | None = None, connections: int = CONNECTIONS
) -> Result:
    """Sends all shots from a process of its own; at full speed, or at `rate` a second.

    `connections` are clients that each wait for their answer before they text again. With a
    rate the loop is open: a text is due when it is due, and lateness counts.
    """
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(
        target=_fire, args=(theirs, port, shots, rate, connections)
    )
    process.start()
    result: Result = ours.recv()
    process.join()
    return result


@dataclass
class _Lanes:
    """What all connections share: where to, how fast, since when, and what came of it."""

    port: int
    shots: Sequence[Shot]
    rate: float | None
    connections: int
    begin: float
    times: list[float]
    late: dict[str, float]
    failures: int = 0

    def run(self, index: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for n in range(index, len(self.shots), self.connections):
            shot, start = self.shots[n], time.perf_counter()
            if self.rate is not None:
                planned = self.begin + n / self.rate
                time.sleep(max(0.0, planned - start))
                start = planned
            connection.request("POST", shot.path, shot.body, shot.headers)
            answer = connection.getresponse()
            answer.read()
            self.times.append(time.perf_counter() - start)
            self.late[shot.sid] = start - self.begin
            self.failures += not 200 <= answer.status < 300


def _fire(
    pipe: Connection, port: int, shots: Sequence[Shot], rate: float | None, connections: int
) -> None:
    begin, wall = time.perf_counter() + 0.05, time.time() + 0.05
    lanes = _Lanes(port, shots, rate, connections, begin, [], {})
    threads = [threading.Thread(target=lanes.run, args=(i,)) for i in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken, times = time.perf_counter() - begin, sorted(lanes.times)
    missing = len(shots) - len(times)
    begun = {sid: wall + late for sid, late in lanes.late.items()}
    pipe.send(
        Result(
            len(times) / taken,
            rank(times, 0.5) * 1000,
            rank(times, 0.99) * 1000,
            lanes.failures + missing,
            begun,
        )
    )


def rank(ordered: Sequence[float], share: float) -> float:
    """The value below which `share` of the ordered values lie."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def wait_for(port: int, path: str = "/healthz", seconds: float = 60.0) -> None:
    """Waits until a server answers. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", path)
            connection.getresponse().read()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")
