"""The hands that carry texts to the phone company, woken the moment there is something to carry."""

from __future__ import annotations

import threading
from contextlib import closing

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import outbox
from bot.line import Line
from records.models.messages import Lane
from scheduler.watchdog import Watchdog

log = structlog.get_logger()

SENDERS = "senders"
CHANNEL = "alluriarniq_due"
POLL_SECONDS = 0.5
LISTEN_SECONDS = 5.0
AFTER_TROUBLE_SECONDS = 1.0


class Senders:
    """`count` threads that drain the outbox, and one more that carries urgent texts only.

    So a carrier that hangs on routine texts never keeps an urgent one waiting. On PostgreSQL
    another thread listens for what other processes commit, unless a pooler stands between.
    """

    def __init__(self, line: Line, watchdog: Watchdog, count: int = 3) -> None:
        self._line = line
        self._watchdog = watchdog
        self._stopped = threading.Event()
        lanes = [Lane.URGENT] + [Lane.BULK] * count
        self._calls = [threading.Event() for _ in lanes]
        self._threads = [
            threading.Thread(target=self._work, args=(lane, call), daemon=True)
            for lane, call in zip(lanes, self._calls, strict=True)
        ]
        self._threads.append(threading.Thread(target=self._pass_on, daemon=True))
        # Listening needs a server connection of its own, which a pooler does not lend.
        if not (line.database.is_sqlite or line.database.is_pooled):
            self._threads.append(threading.Thread(target=self._listen, daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, wait_seconds: float = 15.0) -> None:
        """Lets each finish the text in its hand."""
        self._stopped.set()
        self._line.wake.event.set()
        for thread in self._threads:
            thread.join(wait_seconds)

    def _pass_on(self) -> None:
        # One thread alone clears the line's event, so that no sender misses a call.
        wake = self._line.wake.event
        while not self._stopped.is_set():
            wake.wait()
            wake.clear()
            for call in self._calls:
                call.set()

    def _work(self, last_lane: Lane, call: threading.Event) -> None:
        while not self._stopped.is_set():
            try:
                self._drain(last_lane)
            except Exception as error:  # the database may be away for a while
                log.error("sender_failed", kind=type(error).__name__)
                self._stopped.wait(AFTER_TROUBLE_SECONDS)
            call.wait(POLL_SECONDS)
            call.clear()  # before looking: what is committed from here on calls again

    def _drain(self, last_lane: Lane) -> None:
        while not self._stopped.is_set():
            self._watchdog.beat(SENDERS)
            claims = outbox.claim_due(self._line, self._line.now(), last_lane=last_lane)
            if not claims:
                return
            for claim in claims:
                outbox.send_one(self._line, claim)

    def _listen(self) -> None:
        import psycopg  # only an installation on PostgreSQL needs it

        while not self._stopped.is_set():
            try:
                with closing(self._line.database.apart()) as connection:
                    connection.autocommit = True
                    connection.execute(f"LISTEN {CHANNEL}")
                    while not self._stopped.is_set():
                        for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                            self._line.wake.event.set()
            except (psycopg.Error, SQLAlchemyError) as error:
                log.warning("listening_stopped", kind=type(error).__name__)
                self._stopped.wait(AFTER_TROUBLE_SECONDS)
