"""Tells the database's time, so that machines whose clocks differ agree on what is due."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from records.clock import Clock, SystemClock
from records.database import Database

LOOK_EVERY_SECONDS = 5.0
# Counts on while the machine sleeps; elsewhere than on Linux the plain steady clock does so too.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
log = structlog.get_logger()


def steady_seconds() -> float:
    """Seconds that pass evenly whatever is done to the machine's clock."""
    return time.clock_gettime(_STEADY)


class SharedClock:
    """A Clock: PostgreSQL's own, counted on by this machine's steady time between two looks.

    A lease that one machine wrote means the same to all others. A database that does not answer
    is looked at again later; one that never did leaves the machine's own clock.
    """

    def __init__(
        self,
        database: Database,
        host: Clock | None = None,
        steady: Callable[[], float] = steady_seconds,
    ) -> None:
        self._database, self._steady = database, steady
        self._looking = threading.Lock()
        self._began = (host or SystemClock()).now() - timedelta(seconds=steady())
        self._is_sure = False
        self.look()

    def now(self) -> datetime:
        """Never asks the database itself: a look that is due is taken in a thread aside."""
        at = self._steady()
        if at - self._looked >= LOOK_EVERY_SECONDS and self._looking.acquire(blocking=False):
            threading.Thread(target=self._look_aside, daemon=True, name="clock").start()
        return self._began + timedelta(seconds=at)

    def _look_aside(self) -> None:
        try:
            self.look()
        finally:
            self._looking.release()

    def look(self) -> None:
        """Asks the database for its time, and follows where it has gone another way."""
        self._looked = self._steady()
        try:
            # Begun and ended well: a roll-back would make psycopg forget all that it has prepared.
            with self._database.engine.begin() as connection:
                # Counted from here: half of what it takes to connect would put us that much ahead.
                before = self._steady()
                found = connection.scalar(text("SELECT clock_timestamp()"))
                after = self._steady()
        except SQLAlchemyError as error:
            log.warning("clock_not_read", kind=type(error).__name__)
            return
        began = found.astimezone(UTC) - timedelta(seconds=(before + after) / 2)
        # What the way there and back leaves open is no reason to jump.
        if not self._is_sure or abs(began - self._began) > timedelta(seconds=after - before):
            self._began, self._is_sure = began, True
