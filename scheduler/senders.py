"""The hands that carry texts to the phone company, woken the moment there is something to carry."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import dataclass, field

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


@dataclass(eq=False)
class _Hand:
    """One thread that carries texts, up to `last_lane`."""

    last_lane: Lane
    call: threading.Event = field(default_factory=threading.Event)
    is_idle: bool = False


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
        self._hands = [_Hand(lane) for lane in lanes]
        self._threads = [
            threading.Thread(target=self._work, args=(hand,), daemon=True) for hand in self._hands
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
            self._hands[0].call.set()
            self._call_one()

    def _call_one(self) -> None:
        """One that is idle looks, and calls the next when it found something: all at once would
        look for every text as often as there are hands. When none is idle all look once more."""
        idle = [hand for hand in self._hands[1:] if hand.is_idle and not hand.call.is_set()]
        for hand in idle[:1] or self._hands[1:]:
            hand.call.set()

    def _work(self, hand: _Hand) -> None:
        while not self._stopped.is_set():
            try:
                self._drain(hand.last_lane)
            except Exception as error:  # the database may be away for a while
                log.error("sender_failed", kind=type(error).__name__)
                self._stopped.wait(AFTER_TROUBLE_SECONDS)
            hand.is_idle = True
            hand.call.wait(POLL_SECONDS)
            hand.is_idle = False
            hand.call.clear()  # before looking: what is committed from here on calls again

    def _drain(self, last_lane: Lane) -> None:
        while not self._stopped.is_set():
            self._watchdog.beat(SENDERS)
            claims = outbox.claim_due(self._line, self._line.now(), last_lane=last_lane)
            if not claims:
                return
            if last_lane is Lane.BULK:
                self._call_one()
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
