"""Sends the first page from the web process itself, so that a dead scheduler delays nothing."""

from __future__ import annotations

import threading

import structlog

from bot import outbox
from bot.line import Line
from records.models.messages import Lane

log = structlog.get_logger()


class AtOnce:
    """Called after each commit: hands over urgent texts that are due, in a thread of its own.

    At most one thread at a time, and one more look when it was called meanwhile. Leases see
    to it that a sender elsewhere and this one never hand over the same text.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._guard = threading.Lock()
        self._is_running = False
        self._was_called = False

    def __call__(self) -> None:
        with self._guard:
            self._was_called = True
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._work, daemon=True, name="urgent").start()

    def _work(self) -> None:
        while True:
            with self._guard:
                if not self._was_called:
                    self._is_running = False
                    return
                self._was_called = False
            try:
                self._send()
            except Exception as error:  # the schedulers' own senders try as well
                log.error("urgent_not_sent", kind=type(error).__name__)

    def _send(self) -> None:
        line = self._line
        while claims := outbox.claim_due(line, line.now(), last_lane=Lane.URGENT):
            for claim in claims:
                outbox.send_one(line, claim)
