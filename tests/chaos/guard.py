"""Keeps one process of the line alive as a service manager would, and is told to kill it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from tests.chaos.network import ROOT

RESTART_SECONDS = 0.3
ASK_SECONDS = 0.3
#: A scheduler has its tickers, its senders and its watchdog in so many threads at least.
THREADS = 6
#: After so long systemd kills what it asked to end (deploy/systemd, TimeoutStopSec).
STOP_SECONDS = 20


class Guard:
    """Starts `arguments` of the product's command line and starts it again when it dies.

    `failpoint` arms the next start: the process then pulls its own plug there. `deaths` are the
    moments (seconds since 1970) at which a SIGKILL struck it, ours or its own; `ups` those at
    which it was seen to work, by its answer at `url`, or without one by its threads.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        environment: Mapping[str, str],
        folder: Path,
        url: str | None,
    ) -> None:
        self.name, self.failpoint = name, ""
        self.deaths: list[float] = []
        self.ups: list[float] = []
        self.url = url
        self.at_failpoints: list[str] = []
        self._arguments, self._environment, self._folder = arguments, dict(environment), folder
        self._armed = ""
        self._worker: int | None = None
        self._up: float | None = None
        self._lock = threading.RLock()
        self._wanted = True
        self._process = self._spawn()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self._armed, self.failpoint = self.failpoint, ""
        self._worker, self._born, self._up = None, time.monotonic(), None
        environment = {**self._environment, "FAILPOINT": self._armed}
        with (self._folder / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.process", *self._arguments],
                cwd=self._folder,
                env={**environment, "PYTHONPATH": str(ROOT)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        _as_urgent_as_we_are(process.pid)
        return process

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self._born

    @property
    def work_seconds(self) -> float:
        """For how long it has been seen to work."""
        return 0.0 if self._up is None else time.monotonic() - self._up

    @property
    def has_worker(self) -> bool:
        return self._arguments[0] == "scheduler" or self._child() is not None

    def _child(self) -> int | None:
        pid = self._process.pid
        try:
            found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            return None
        return int(found[0]) if found else None

    def look(self) -> None:
        """Called often: starts again what is dead, and counts a plug that pulled itself."""
        with self._lock:
            if not self._wanted:
                return
            worker = self._child()
            is_dead = self._process.poll() is not None
            has_fallen = self._armed and self._worker and worker != self._worker
            if self._armed and (has_fallen or (is_dead and self._process.returncode == -9)):
                self.deaths.append(time.time())
                self.at_failpoints.append(self._armed)
            if is_dead or has_fallen:
                self._again()
            elif worker is not None:
                self._worker = worker
            if self._up is None and self._works():
                self._up = time.monotonic()
                self.ups.append(time.time())

    def _works(self) -> bool:
        try:
            if self.url is None:
                return len(list(Path(f"/proc/{self._process.pid}/task").iterdir())) >= THREADS
            with urllib.request.urlopen(self.url, timeout=ASK_SECONDS):
                return True
        except OSError:
            return False

    def _again(self) -> None:
        self._end_group()
        time.sleep(RESTART_SECONDS)
        self._process = self._spawn()

    def _end_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill(self, *, only_worker: bool) -> None:
        """SIGKILL to the worker alone, or to the whole tree."""
        with self._lock:
            worker = self._child() if only_worker else None
            self.deaths.append(time.time())
            if worker is None:
                self._again()
                return
            self._worker = self._up = None  # the next one is as armed as this one was
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
            while self._child() == worker:
                time.sleep(0.01)

    def replace(self) -> None:
        """Ends it as a service manager does for a new version, and starts the next one."""
        with self._lock:
            self._signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
            self._end_group()
            self._process = self._spawn()

    def pause(self) -> None:
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        with self._lock, contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def stop(self) -> None:
        """Ends it for good, whatever state it is in."""
        with self._lock:
            self._wanted = False
            self.go_on()
            self._end_group()


def _as_urgent_as_we_are(pid: int) -> None:
    # Linux shares its time out among sessions, and a new one does not inherit our priority:
    # on a crowded machine a process would otherwise take many seconds to come back.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(os.nice(0)))
