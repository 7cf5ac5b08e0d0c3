"""The heartbeat of the line: every second, do what is due. It remembers nothing itself."""

from __future__ import annotations

from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.line import Line
from scheduler.jobs import JOBS, Hand, Job, run_due
from scheduler.watchdog import Watchdog

TICK, ERRANDS, SLOW = "tick", "errands", "slow"
TICK_SECONDS = 1


class Ticker:
    """Tickers over one list of jobs: the quick, those that wait for the carrier, and the slow."""

    def __init__(self, line: Line, watchdog: Watchdog, jobs: tuple[Job, ...] = JOBS) -> None:
        self._line = line
        self._watchdog = watchdog
        self._jobs = {
            TICK: [job for job in jobs if job.hand is Hand.TICK],
            ERRANDS: [job for job in jobs if job.hand is Hand.ERRAND],
            SLOW: [job for job in jobs if job.hand is Hand.SLOW],
        }
        # Work is rows: APScheduler forgets nothing because it is given nothing to remember.
        self._scheduler = BackgroundScheduler(
            timezone=UTC, daemon=True, executors={"default": ThreadPoolExecutor(3)}
        )
        for name in self._jobs:
            self._scheduler.add_job(
                self._run,
                IntervalTrigger(seconds=TICK_SECONDS, timezone=UTC),
                args=(name,),
                misfire_grace_time=None,
                coalesce=True,
                max_instances=1,
            )

    def _run(self, name: str) -> None:
        run_due(self._line, self._line.now(), self._jobs[name])
        if name == TICK:
            self._watchdog.beat(TICK)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for a running tick."""
        self._scheduler.shutdown(wait=True)
