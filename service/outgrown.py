"""Ends a process in good order when a newer version took the tables away from under it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from records import schema
from records.database import Database

log = structlog.get_logger()

LOOK_SECONDS = 5.0


class Outgrown:
    """Looks every `every` seconds; calls `end` once when the tables no longer serve this program.

    Started again, the process says so in one line (`first_run.check_schema`). A database that
    is away for a while ends nothing.
    """

    def __init__(
        self, database: Database, end: Callable[[], None], every: float = LOOK_SECONDS
    ) -> None:
        self._database, self._end, self._every = database, end, every
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._watch, daemon=True, name="outgrown")

    def start(self) -> None:
        self.thread.start()

    def _watch(self) -> None:
        while not self.stopped.wait(self._every):
            if schema.has_outgrown(self._database):
                log.critical("tables_outgrew_this_version")
                self._end()
                return
