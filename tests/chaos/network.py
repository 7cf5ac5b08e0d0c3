"""The simulated phone company in a process of its own, asked and steered over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from simulator.model import Accepted, Heard, unpack
from tests.scheduler.test_live import until

ROOT = Path(__file__).parents[2]
# None of this is about speed: a crowded computer takes a minute and more to start a process.
READY_SECONDS, ASK_SECONDS = 300, 120


class PhoneCompany:
    """Its books survive every kill: it is nobody's child but the run's own."""

    def __init__(self, port: int, line_url: str, account: str, token: str, clock: Path) -> None:
        self._url = f"http://127.0.0.1:{port}"
        self._clock = clock
        self.steps: list[tuple[float, float]] = []
        clock.write_text("0")
        command = [sys.executable, "-m", "simulator", "--port", str(port), "--bare"]
        command += ["--line-url", line_url, "--public-url", line_url]
        command += ["--account", account, "--token", token]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        self._wait()

    @property
    def url(self) -> str:
        return self._url

    @property
    def offset_seconds(self) -> float:
        return sum(seconds for _, seconds in self.steps)

    def _wait(self) -> None:
        last = time.monotonic() + READY_SECONDS
        while time.monotonic() < last and self._process.poll() is None:
            try:
                self._ask("/simulator/clock")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise OSError("the simulated phone company does not start")

    def _ask(self, path: str, given: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if given is None else json.dumps(given).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        asked = urllib.request.Request(self._url + path, data, headers)
        with urllib.request.urlopen(asked, timeout=ASK_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
            return found

    def phone_sends(self, number: str, body: str) -> str:
        """A phone texts the line; its SID."""
        return str(self._ask("/simulator/api/send", {"from": number, "body": body})["sid"])

    def brings_again(self, sid: str) -> None:
        """The webhook of a text that came before comes once more; returns when it was answered."""
        before = self._told(sid)
        again = {"from": before["from_number"], "body": "", "sid": sid}
        self._ask("/simulator/api/send", again)
        until(lambda: self._told(sid)["attempts"] > before["attempts"])

    def _told(self, sid: str) -> dict[str, Any]:
        rows = self._ask("/simulator/api/inbound")["inbound"]
        return next(row for row in rows if row["sid"] == sid)

    def answers(self, number: str, how: str) -> None:
        """What a phone does when it rings."""
        self._ask("/simulator/api/phone", {"number": number, "answering": how})

    def fault(self, kind: str, **settings: Any) -> None:
        self._ask("/simulator/api/fault", {"kind": kind, **settings})

    def no_faults(self) -> None:
        self._ask("/simulator/api/fault", {"on": False})

    def inbound(self) -> list[str]:
        """The SIDs of all that phones sent."""
        return [row["sid"] for row in self._ask("/simulator/api/inbound")["inbound"]]

    def ledger(self) -> list[Accepted]:
        rows = self._ask("/simulator/api/ledger")["accepted"]
        return [unpack(Accepted, row) for row in rows]

    def feed(self, since: int) -> list[Heard]:
        rows = self._ask(f"/simulator/api/feed?since={since}")["feed"]
        return [unpack(Heard, row) for row in rows]

    def step(self, seconds: float) -> None:
        """Moves everybody's clock forward; remembers when, by the clock as it stood before."""
        at = time.time() + self.offset_seconds
        self._ask("/simulator/clock", {"seconds": seconds})
        self.steps.append((at + seconds, seconds))
        draft = self._clock.with_suffix(".new")
        draft.write_text(str(self.offset_seconds))
        draft.replace(self._clock)

    def real(self, instant: float) -> float:
        """The computer's own time (seconds since 1970) at a moved instant."""
        return instant - sum(seconds for after, seconds in self.steps if after <= instant)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
