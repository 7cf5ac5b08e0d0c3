"""Everything that goes wrong during a run, at moments that nobody chose."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from records.failpoints import NAMES
from tests.chaos.guard import Guard
from tests.chaos.world import World

#: A process that never comes to life proves nothing: most are let work for so long first.
#: One that has not come up after so long is struck all the same, and some are while they start.
AT_WORK_SECONDS, LONG_ENOUGH_SECONDS = 2.0, 15.0
EARLY_SECONDS, EARLY_SHARE = 0.5, 0.1
LEASE_SECONDS = 45.0
MUTE_SECONDS = 9.0
#: The carrier's faults: together they strike one request in five.
FAULTS: dict[str, list[dict[str, object]]] = {
    "refuse": [{"code": code, "seconds": 1, "probability": 0.07} for code in (429, 500, 503, 0)],
    "accept_then_timeout": [{"seconds": 2.5, "probability": 0.04}],
    "slow": [{"seconds": 1.0, "probability": 0.02}],
    "broken_json": [{"probability": 0.02}],
    "accept_and_drop": [{"probability": 0.01}],
    "reject": [{"code": 30003, "probability": 0.02}, {"code": 30008, "probability": 0.02}],
    "queue_delay": [{"seconds": 5, "probability": 0.02}],
    "duplicate": [{"copies": n, "probability": 0.1} for n in (2, 3, 20)],
    "reorder": [{"seconds": 3, "probability": 0.1}],
    "webhook_down": [{"probability": 0.1}],
    "bad_signature": [{"probability": 0.04}],
}


class Mischief:
    """Does one bad thing at a time. `done` counts each kind; `blows` are their moments."""

    def __init__(self, world: World, rng: Random, *, may_step: bool = True) -> None:
        self.world, self._rng, self._may_step = world, rng, may_step
        self.done: Counter[str] = Counter()
        self.blows: list[tuple[float, float, str]] = []
        self._is_early = False

    @property
    def kills(self) -> int:
        return len(self.world.deaths)

    def faults(self) -> None:
        """The carrier's switches are thrown anew."""
        for kind, settings in FAULTS.items():
            self.world.company.fault(kind, **self._rng.choice(settings))
        self.done["faults"] += 1

    def mute(self) -> None:
        """The carrier takes texts and does not say so; it brings each text many times."""
        self.world.company.fault("accept_then_timeout", seconds=MUTE_SECONDS, probability=0.3)
        self.world.company.fault("duplicate", copies=3, probability=0.5)

    def kill(self) -> bool:
        """Pulls the plug of a process, whose next one may pull its own at a named place.

        False when none has been alive for long enough to be worth it.
        """
        ripe = [guard for guard in self.world.guards if self._is_ripe(guard)]
        if not ripe:
            return False
        guard = self._rng.choice(ripe)
        self._is_early = self._rng.random() < EARLY_SHARE  # the next one
        if self._rng.random() < 0.5:
            guard.failpoint = f"{self._rng.choice(NAMES)}:{self._rng.randint(1, 12)}"
        only_worker = not guard.failpoint and self._rng.random() < 0.5
        guard.kill(only_worker=only_worker)
        self.done["worker" if only_worker else "tree"] += 1
        return True

    def _is_ripe(self, guard: Guard) -> bool:
        if self._is_early:
            return guard.age_seconds > EARLY_SECONDS
        return guard.work_seconds > AT_WORK_SECONDS or guard.age_seconds > LONG_ENOUGH_SECONDS

    def something(self) -> None:
        """One of the rarer troubles."""
        kinds: list[Callable[[], None]] = [self.pause, self.faults]
        if self._may_step:
            kinds.append(self.step)
        if self.world.store.can_restart:
            kinds.append(self.restart_database)
        if self.world.disk.can_fill:
            kinds.append(self.fill_disk)
        began, chosen = time.time(), self._rng.choice(kinds)
        chosen()
        self.blows.append((began, time.time(), chosen.__name__))

    def pause(self) -> None:
        """A process is stopped past the end of its leases and goes on as if nothing were."""
        guard = self._rng.choice(self.world.guards)
        guard.pause()
        try:
            if self._may_step:
                self.world.company.step(LEASE_SECONDS)
            time.sleep(self._rng.uniform(0.5, 3))
        finally:
            guard.go_on()
        self.done["pause"] += 1

    def step(self) -> None:
        self.world.company.step(self._rng.choice((1, 20, LEASE_SECONDS)))
        self.done["step"] += 1

    def restart_database(self) -> None:
        self.world.store.restart()
        self.done["database"] += 1

    def fill_disk(self) -> None:
        self.world.disk.fill()
        try:
            time.sleep(self._rng.uniform(0.5, 2))
        finally:
            self.world.disk.free()
            self.world.store.mend()
        self.done["disk"] += 1

    def no_more(self) -> None:
        """Calm again: no faults, all running."""
        for guard in self.world.guards:
            guard.failpoint = ""
            guard.go_on()
        self.world.company.no_faults()
        self.world.store.mend()
