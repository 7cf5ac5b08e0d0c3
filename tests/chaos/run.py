"""One run: texts flow, plugs are pulled, calm returns, the books are compared."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Protocol, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from bot.outbox.gate import unfinished
from records.models import Message
from tests.chaos.crowd import STAFF, Caseworker, Crowd
from tests.chaos.figures import Figures, weigh
from tests.chaos.mischief import LEASE_SECONDS, Mischief
from tests.chaos.world import World

BEHIND_MOST = 600  # what a process that dies every few seconds has not fetched yet
SETTLE_STEPS, STEP_SECONDS = 90, 61.0
PATIENCE_SECONDS, STORM_PATIENCE_SECONDS = 1.5, 6.0
GUST_SECONDS = 2.0


@dataclass
class Plan:
    """How long and how rough. `rarer`: so many of the rarer troubles to each kill.

    `is_storm`: no kills, but a carrier that does not answer and clocks that step all the time,
    so that leases end while their senders still wait.
    """

    database: str
    texts: int
    kills: int
    seed: int
    rate: float = 20.0
    rarer: float = 0.25
    is_storm: bool = False
    sabotage: str = ""


def run(plan: Plan, show: Callable[[str], None]) -> Figures:
    """Everything, from an empty folder to the figures."""
    rng = Random(plan.seed)
    began = time.monotonic()
    patience = STORM_PATIENCE_SECONDS if plan.is_storm else PATIENCE_SECONDS
    with World(plan.database, plan.sabotage, patience) as world:
        for number in STAFF:
            world.company.answers(number, "no-answer")
        caseworker = Caseworker(world.company)
        caseworker.start()
        mischief = Mischief(world, Random(plan.seed + 1))
        mischief.mute() if plan.is_storm else mischief.faults()
        pace = Pace(plan, world, mischief, show)
        crowd = Crowd(world.company, plan.texts, rng, pace.wait)
        pace.crowd = crowd
        trouble = threading.Thread(target=pace.misbehave, daemon=True)
        trouble.start()
        crowd.run()
        pace.is_over.set()
        trouble.join()
        mischief.no_more()
        settle(world, caseworker, show)
        if plan.is_storm:  # copies come all at once; this one surely comes after the first is kept
            world.company.brings_again(next(iter(crowd.sent)))
        figures = at_rest(
            world, caseworker, show, lambda: weigh(world, crowd, mischief, time.monotonic() - began)
        )
        caseworker.stop()
        return figures


class Judged(Protocol):
    """What a look at the books says."""

    @property
    def is_clean(self) -> bool: ...


J = TypeVar("J", bound=Judged)


def at_rest(
    world: World, caseworker: Caseworker, show: Callable[[str], None], look: Callable[[], J]
) -> J:
    """What `look` says once nothing is under way.

    The line works on while books are compared: a fault must stand at a second look.
    """
    settle(world, caseworker, show)
    if not (found := look()).is_clean:
        settle(world, caseworker, show)
        found = look()
    return found


class Pace:
    """Holds texts and kills together, and the phones back when the line falls far behind."""

    crowd: Crowd

    def __init__(
        self, plan: Plan, world: World, mischief: Mischief, show: Callable[[str], None]
    ) -> None:
        self.plan, self.world, self.mischief, self.show = plan, world, mischief, show
        self.is_over = threading.Event()
        self._rng = Random(plan.seed + 2)
        self._sent = 0

    def wait(self, serial: int) -> None:
        """Before each text: at most so many a second, and none while the kills lag behind."""
        self._sent = serial
        time.sleep(self._rng.expovariate(self.plan.rate))
        while self.mischief.kills < self.plan.kills * serial // self.plan.texts - 1:
            time.sleep(0.05)
        if serial % BEHIND_MOST == 0:
            while self._behind() > BEHIND_MOST:
                time.sleep(0.5)
        if serial and serial % max(1, self.plan.texts // 20) == 0:
            self.show(
                f"{self.plan.database}: {serial} of {self.plan.texts} texts, "
                f"{self.mischief.kills} kills"
            )

    def _behind(self) -> int:
        try:
            with self.world.line.database.read() as session:
                # Texts of the crowd alone: what staff answer has no contact.
                count = select(func.count()).where(
                    Message.direction == "inbound", Message.contact_id.is_not(None)
                )
                return self._sent - (session.scalar(count) or 0)
        except SQLAlchemyError:
            return BEHIND_MOST + 1  # the database is away: wait for it

    def misbehave(self) -> None:
        """The other side: a kill whenever its share of the texts has been sent."""
        while self.plan.is_storm and not self.is_over.wait(GUST_SECONDS):
            self.world.company.step(LEASE_SECONDS)
        while not self.is_over.is_set() or self.mischief.kills < self.plan.kills:
            due = self.plan.kills * (self._sent + 1) / self.plan.texts
            is_due = self.mischief.kills < due or self.is_over.is_set()
            if is_due and self.mischief.kill() and self._rng.random() < self.plan.rarer:
                self.mischief.something()
            time.sleep(0.1)


def settle(world: World, caseworker: Caseworker, show: Callable[[str], None]) -> None:
    """Waits until nothing is under way, moving the clock so that it takes minutes, not hours."""
    world.until_ready()
    left, kept = SETTLE_STEPS, -1
    while left:
        show(f"{world.kind}: calm, waiting for what is still under way")
        time.sleep(2)
        if is_at_rest(world) and caseworker.has_nothing_to_do():
            return
        before, kept = kept, _kept(world)
        if kept > before:
            continue  # what was missed is still being fetched
        left -= 1
        if not _under_way(world):
            world.company.step(STEP_SECONDS)


def _kept(world: World) -> int:
    with world.line.database.read() as session:
        count = select(func.count()).where(Message.direction == "inbound")
        return session.scalar(count) or 0


def _under_way(world: World) -> int:
    with world.line.database.read() as session:
        sending = select(func.count()).where(unfinished(), Message.state == "sending")
        return session.scalar(sending) or 0


def is_at_rest(world: World) -> bool:
    """Every text of a phone is kept, and nothing waits to be sent within the next minutes."""
    soon = world.line.now() + timedelta(minutes=1)
    sids = set(world.company.inbound())
    with world.line.database.read() as session:
        kept = set(
            session.scalars(select(Message.carrier_sid).where(Message.direction == "inbound"))
        )
        waiting = session.scalar(select(func.count()).where(unfinished(), Message.due_at <= soon))
    return sids <= kept and not waiting
