"""The list of everything that happens by itself, and the one way to run what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from sqlalchemy.exc import IntegrityError

from bot import other_number
from bot.broadcasts import sending as broadcasts
from bot.calendar import offers, repeating
from bot.chat import visits as chat
from bot.checkins import sending as check_ins
from bot.line import Line
from bot.outbox.rate import CLOCK_SLACK
from bot.pictures import fetching
from bot.program import asking as program
from bot.program import partners, referrals
from bot.reminders import sending as reminders
from records.models import Fact
from scheduler import drills, duties, erasures, escalations, nightly, set_back, timers

log = structlog.get_logger()


class Hand(Enum):
    """Who runs a job in a live process.

    TICK: the ticker, every second; must be quick. ERRAND: a second ticker, because it asks
    the carrier and may have to wait; mail and notices to staff wait for it, so it asks little.
    SENDERS: the sender threads, which do nothing else.
    SLOW: a third ticker, for what takes minutes and must keep nothing waiting.
    """

    TICK = "tick"
    ERRAND = "errand"
    SENDERS = "senders"
    SLOW = "slow"


@dataclass(frozen=True)
class Job:
    """One duty. `run(line, now)` does all of it that is due at `now`.

    `every`: at most once in so long among all machines; None runs at each tick.
    `next_at(line, now)` tells the next instant at which rows ask for it.
    """

    name: str
    run: Callable[[Line, datetime], None]
    hand: Hand = Hand.TICK
    every: timedelta | None = None
    next_at: Callable[[Line, datetime], datetime | None] | None = None


#: In order: what is unclear is settled before anything new is sent.
JOBS: tuple[Job, ...] = (
    Job("set_back", set_back.run),
    Job("beat", duties.beat),
    Job("texts", duties.take_over_texts),
    Job("lapse", duties.lapse),
    Job("alerts", escalations.run, next_at=escalations.next_at),
    Job("drill", drills.run, next_at=drills.next_at),
    Job("check_ins", check_ins.run, next_at=check_ins.next_at),
    Job("offers", offers.run, next_at=offers.next_at),
    Job("reminders", reminders.run, next_at=reminders.next_at),
    Job("program", program.run, next_at=program.next_at),
    Job("referrals", referrals.chase, every=timedelta(hours=1), next_at=referrals.chase_at),
    Job("broadcasts", broadcasts.run, next_at=broadcasts.next_at),
    Job("other_number", other_number.run, every=timedelta(minutes=1)),
    Job("timers", timers.run, next_at=timers.next_at),
    Job("erasures", erasures.run, next_at=erasures.next_at),
    Job("look_up", duties.look_up, Hand.ERRAND),
    Job("send", duties.send_due, Hand.SENDERS, next_at=duties.send_due_at),
    Job("mail", escalations.mail, Hand.ERRAND, next_at=escalations.mail_at),
    Job("push", escalations.push, Hand.ERRAND, next_at=escalations.push_at),
    Job("alarms", escalations.watch, every=timedelta(minutes=1)),
    Job("heartbeat", escalations.heartbeat, Hand.ERRAND, every=timedelta(minutes=1)),
    Job("chat", chat.sweep, every=timedelta(minutes=1)),
    Job("questions", duties.expire_questions, next_at=duties.question_due_at),
    Job("receipts", duties.sweep_receipts, every=timedelta(seconds=10)),
    Job("audit", duties.link_audit, every=timedelta(seconds=5)),
    Job("training", duties.warn_of_training, every=timedelta(hours=1)),
    Job("dates", repeating.run, every=timedelta(hours=1)),
    Job("directory", duties.review_directory, every=timedelta(hours=1)),
    Job("missed_texts", duties.sweep_texts, Hand.ERRAND, every=timedelta(minutes=1)),
    Job("missed_today", duties.look_again_for_texts, Hand.SLOW, every=timedelta(hours=1)),
    Job("unreported", duties.ask_about_unreported, Hand.ERRAND, every=timedelta(minutes=1)),
    Job("pictures", fetching.run, Hand.SLOW, next_at=fetching.next_at),
    Job("blank", duties.blank_copies, Hand.SLOW, every=timedelta(minutes=1)),
    Job("clear_pictures", nightly.clear_pictures, Hand.SLOW, every=timedelta(minutes=1)),
    Job("reports", nightly.look_after_reports, every=timedelta(minutes=30)),
    Job("let_go", nightly.let_go, Hand.SLOW, every=timedelta(hours=6)),
    Job("partners", partners.seal_open, Hand.SLOW, every=timedelta(hours=1)),
    Job("looks", nightly.watch_looks, Hand.SLOW, every=timedelta(hours=1)),
    Job("audit_chain", nightly.chain_audit),
    Job("backup", nightly.back_up, Hand.SLOW, every=timedelta(minutes=10)),
)


def run_due(line: Line, now: datetime, jobs: Iterable[Job] = JOBS) -> None:
    """Runs once all that is due at `now`. One job's failure is logged and stops no other."""
    for job in jobs:
        try:
            if job.every is None or _is_my_turn(line, job, job.every, now):
                job.run(line, now)
        except Exception as error:  # a job that fails must not silence the others
            log.error("job_failed", job=job.name, kind=type(error).__name__)


def next_due_at(line: Line, now: datetime, jobs: Iterable[Job] = JOBS) -> datetime | None:
    """The next instant at which rows ask for something; `now` or before means at once.

    Sweeps that only look for what went wrong do not count: they are no reason to wake up.
    """
    asked = [job.next_at(line, now) for job in jobs if job.next_at is not None]
    return min((at for at in asked if at is not None), default=None)


def _is_my_turn(line: Line, job: Job, every: timedelta, now: datetime) -> bool:
    """Takes the turn for all machines; false when another took it within `every`."""
    name = f"job:{job.name}"
    with line.database.read() as session:
        seen = session.get(Fact, name)
    if seen is not None and _is_done(seen, every, now):
        return False
    try:
        with line.database.write() as session:
            fact = session.get(Fact, name, with_for_update=True)
            if fact is None:
                session.add(Fact(name=name, value=line.config.machine, at=now))
            elif _is_done(fact, every, now):
                return False
            else:
                fact.value, fact.at = line.config.machine, now
    except IntegrityError:
        return False
    return True


def _is_done(fact: Fact, every: timedelta, now: datetime) -> bool:
    """Was it done within `every`? Machines that go by the database's clock differ by as long as it
    takes to ask; what lies further ahead was written by a clock that has since gone back."""
    return now - every < fact.at <= now + CLOCK_SLACK
