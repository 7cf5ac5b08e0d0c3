"""Ends a process that is stuck, so that whoever watches over it starts a fresh one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()

EXIT_CODE = 70


def _end() -> None:
    # Not sys.exit: a stuck thread could keep the process alive for ever.
    os._exit(EXIT_CODE)


class Watchdog:
    """Each part that must keep moving calls `beat(name)`; silence past its limit ends all.

    `limits` are seconds by name. Steady time, so that a moved clock neither hides nor fakes it.
    """

    def __init__(
        self,
        limits: dict[str, float],
        *,
        steady: Callable[[], float] = time.monotonic,
        end: Callable[[], None] = _end,
    ) -> None:
        self._limits = limits
        self._steady = steady
        self._end = end
        self._seen = {name: steady() for name in limits}
        self._stopped = threading.Event()

    def beat(self, name: str) -> None:
        """This part is alive."""
        self._seen[name] = self._steady()

    def late(self) -> list[str]:
        """The parts that have been silent for too long."""
        now = self._steady()
        return [name for name, limit in self._limits.items() if now - self._seen[name] > limit]

    def check(self) -> None:
        """Ends the process when a part is late."""
        late = self.late()
        if late:
            log.critical("process_stuck", parts=",".join(late))
            self._end()

    def start(self, every_seconds: float = 5.0) -> None:
        threading.Thread(target=self._watch, args=(every_seconds,), daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _watch(self, every_seconds: float) -> None:
        while not self._stopped.wait(every_seconds):
            self.check()
