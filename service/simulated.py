"""Keeps the simulator's process alive beside a try-out, and follows its clock."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta

from records.clock import Clock, OffsetClock
from records.errors import SettingsError
from service.settings import SIMULATOR_ACCOUNT, SIMULATOR_NUMBER, Settings

WAIT_SECONDS = 20
LOOK_SECONDS = 1.0


class Simulator:
    """The simulator's own process: it has no access to the database, only HTTP."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = _free_port(settings.port + 1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()
        self._offset = timedelta()

    def start(self) -> None:
        """Starts it and waits until it answers. Raises SettingsError when it does not."""
        self._process = self._spawn()
        until = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self._read_offset():
                threading.Thread(target=self._keep_alive, daemon=True).start()
                return
            time.sleep(0.1)
        raise SettingsError(f"the simulator did not start on port {self.port}: see its line above.")

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "simulator", "--port", str(self.port)]
        command += ["--line-url", f"http://127.0.0.1:{self.settings.port}"]
        command += ["--public-url", self.settings.public_url]
        command += ["--account", SIMULATOR_ACCOUNT, "--state", "var/simulator.json"]
        if self.settings.page_from:
            command += ["--number", SIMULATOR_NUMBER, "--number", self.settings.page_from]
        if second := self.settings.second():
            command += ["--second", second.account_sid, second.sender]
        environment = {**os.environ, "SIMULATOR_TOKEN": self.settings.tokens()[0]}
        for secret in ("SEALING_KEYS", "DATABASE_URL", "KEY_STORE_URL"):
            environment.pop(secret, None)
        return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)

    def _keep_alive(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            if self._process and self._process.poll() is not None:
                self._process = self._spawn()

    def stop(self) -> None:
        self._stopped.set()
        if self._process:
            self._process.terminate()

    def clock(self) -> Clock:
        """A clock that follows the simulator's, looked at twice a second."""
        return OffsetClock(Follower(self._read_offset, lambda: self._offset))

    def _read_offset(self) -> bool:
        offset = offset_at(self.url)
        self._offset = offset if offset is not None else self._offset
        return offset is not None


def running_clock(settings: Settings) -> Clock:
    """The time in a try-out that runs on this computer; the real time when none does."""
    offset = offset_at(f"http://127.0.0.1:{settings.port}") or timedelta()
    return OffsetClock(lambda: offset)


def offset_at(url: str) -> timedelta | None:
    """How far the simulator's clock was moved; None when it does not answer."""
    try:
        with urllib.request.urlopen(f"{url}/simulator/clock", timeout=2) as answer:  # noqa: S310
            return timedelta(seconds=json.load(answer)["offset_seconds"])
    except (OSError, ValueError, KeyError):
        return None


class Follower:
    """Reads the simulator's clock in a thread of whichever process asks the time first."""

    def __init__(self, refresh: Callable[[], bool], offset: Callable[[], timedelta]) -> None:
        self._refresh, self._offset = refresh, offset
        self._pid = 0
        self._lock = threading.Lock()

    def __call__(self) -> timedelta:
        if self._pid != os.getpid():
            with self._lock:
                if self._pid != os.getpid():
                    self._pid = os.getpid()
                    self._refresh()
                    threading.Thread(target=self._follow, daemon=True, name="clock").start()
        return self._offset()

    def _follow(self) -> None:
        while True:
            time.sleep(0.5)
            self._refresh()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError("no free port for the simulator on this computer.")
