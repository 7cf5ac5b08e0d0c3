"""Eighteen months of a program that never was, to try plans, plots, reports and exports with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import people
from bot.calendar.rule import instant_of, wall_of
from bot.line import Line
from bot.outcomes.suppress import month_after
from bot.program import areas, changes, plans, referrals, stages
from records.ids import new_id
from records.models import (
    Appointment,
    CheckIn,
    CheckPlan,
    Consent,
    Contact,
    Escalation,
    Event,
    Experience,
    Fact,
    Goal,
    Milestone,
    Occurrence,
    Partner,
    Staff,
    Theme,
)

SAMPLE = "sample_program"
CLIENTS, MONTHS = 120, 18
PARTNERS = (("Sample clinic", "medical"), ("Sample house", "housing"), ("Sample law", "legal"))
LANGUAGES = (("en", "Latn"), ("en", "Latn"), ("iu", "Latn"), ("iu", "Cans"))
ANSWERS = ("ok", "ok", "so_so", "not_ok", None)


@dataclass(frozen=True)
class World:
    """What every part of the sample shares; `random` is always the same one."""

    session: Session
    line: Line
    random: Random
    first: date
    worker: int
    partners: list[Partner]

    def day(self, after: int = 0) -> datetime:
        """Some afternoon of the span, `after` days from its start at the earliest."""
        days = self.random.randrange(after, MONTHS * 30)
        wall = datetime.combine(self.first + timedelta(days=days), time(14))
        return instant_of(wall_of(wall), self.line.config.zone)

    def some(self, share: float) -> bool:
        return self.random.random() < share


def seed(line: Line, progress: Callable[[int, int], None] = lambda done, of: None) -> bool:
    """Loads 120 people over the eighteen whole months before this one, once.

    `progress` is told after each person. False when they were loaded before. Only where the
    sample fortnight is: never among real people.
    """
    now = line.now()
    last = line.local(now).date().replace(day=1)
    first = date(last.year - (2 if last.month <= 6 else 1), (last.month + 5) % 12 + 1, 1)
    with line.database.write() as session:
        if session.get(Fact, SAMPLE) is not None:
            return False
        worker = session.scalars(select(Staff.id).where(Staff.is_sample)).first() or 0
        world = World(session, line, Random(18), first, worker, _partners(session, now))  # noqa: S311
        circles = _circles(world)
        session.add(Fact(name=SAMPLE, value=first.isoformat(), at=now))
    for n in range(CLIENTS):
        with line.database.write() as session:
            here = World(session, line, Random(n), first, worker, world.partners)  # noqa: S311
            _person(here, n, circles)
        progress(n + 1, CLIENTS)
    return True


def _partners(session: Session, now: datetime) -> list[Partner]:
    found = [Partner(id=new_id(), name=name, area=area, checked_at=now) for name, area in PARTNERS]
    session.add_all(found)
    session.flush()
    session.expunge_all()
    return found


def _circles(world: World) -> list[tuple[int, datetime]]:
    """A circle each week; ids and starts."""
    event = Event(
        id=new_id(), kind="circle", name="Sample circle", is_sample=True, minutes=120,
        created_at=world.line.now(), zone=world.line.config.zone.key,
    )  # fmt: skip
    world.session.add(event)
    world.session.flush()
    found, until = [], month_after(world.first)
    for _ in range(MONTHS - 1):
        until = month_after(until)
    day = world.first + timedelta(days=(2 - world.first.weekday()) % 7)
    while day < until:
        wall = wall_of(datetime.combine(day, time(18)))
        starts = instant_of(wall, world.line.config.zone)
        ends = starts + timedelta(hours=2)
        row = Occurrence(id=new_id(), event_id=event.id, wall=wall, starts_at=starts, ends_at=ends)
        world.session.add(row)
        found.append((row.id, starts))
        day += timedelta(days=7)
    return found


def _person(world: World, n: int, circles: list[tuple[int, datetime]]) -> None:
    joined = world.day()
    person = people.make(world.session, world.line, "sms", f"+1613555{4000 + n:04}", joined)
    contact = person.contact
    contact.language, contact.script = LANGUAGES[n % len(LANGUAGES)]
    contact.is_sample, contact.last_inbound_at = True, joined
    for purpose, share in (("reminders", 0.8), ("check_ins", 0.7), ("evaluation", 0.7)):
        world.session.add(
            Consent(
                contact_id=contact.id, purpose=purpose, given=world.some(share), version="2026-11",
                language=contact.language, how="text", at=joined,
            )
        )  # fmt: skip
    _attends(world, contact, [one for one in circles if one[1] > joined])
    _answers(world, contact, joined)
    _moves_on(world, contact, joined)
    if world.some(0.3):
        _is_in_danger(world, contact, joined)


def _attends(world: World, contact: Contact, circles: list[tuple[int, datetime]]) -> None:
    for occurrence_id, starts in circles:
        if not world.some(0.25):
            continue
        replied = world.some(0.6)
        world.session.add(
            Appointment(
                occurrence_id=occurrence_id, contact_id=contact.id, state="booked",
                how="text" if world.some(0.8) else "walk_in", rsvp="yes" if replied else None,
                booked_at=starts - timedelta(days=3), attended=world.some(0.8 if replied else 0.6),
                marked_at=starts,
            )
        )  # fmt: skip


def _answers(world: World, contact: Contact, joined: datetime) -> None:
    plan = CheckPlan(
        id=new_id(), contact_id=contact.id, kind="how", every="month", anchor_on=joined.date(),
        at_minute=780, agreed_at=joined, ended_at=joined, ended_why="done",
    )  # fmt: skip
    world.session.add(plan)
    world.session.flush()
    at = joined + timedelta(days=7)
    while at < world.line.now() - timedelta(days=31):
        answer = world.random.choice(ANSWERS)
        world.session.add(
            CheckIn(
                plan_id=plan.id, contact_id=contact.id, meant_at=at, at=at, message_id=new_id(),
                state="answered" if answer else "unanswered", answer=answer,
                answered_at=at + timedelta(hours=world.random.randrange(1, 40)) if answer else None,
            )
        )  # fmt: skip
        at += timedelta(days=30)


def _moves_on(world: World, contact: Contact, joined: datetime) -> None:
    session, line = world.session, world.line
    area = world.random.choice(areas.AREAS)
    goal = plans.add_goal(
        session, line, contact, plan=plans.INDIVIDUAL, area=area, words="sample goal",
        by=world.worker, now=joined,
    )  # fmt: skip
    session.flush()
    at, rung = joined, 0
    while at < line.now() - timedelta(days=40) and world.some(0.8):
        rung = max(0, min(4, rung + world.random.choice((0, 1, 1, -1))))
        is_back = world.some(0.1)
        stage = stages.RE_ENTRY if is_back else stages.STAGES[rung]
        level = "B" if is_back else stages.LEVELS[rung]
        why = "re_entry" if is_back else "talk"
        changes.change_stage(
            session, session.get_one(Goal, goal.id), stage, level, why, world.worker, at
        )
        session.flush()
        at += timedelta(days=world.random.randrange(30, 90))
    if world.some(0.6):
        partner = world.random.choice(world.partners)
        sent = referrals.refer(
            session, line, contact, partner, partner.area, "", world.worker, joined
        )
        for state in referrals.STATES[1:5][: world.random.randrange(5)]:
            referrals.move(session, sent, contact, state, "in_person", world.worker, joined)
        sent.chase_at = None
    _noted(world, contact, joined)


def _noted(world: World, contact: Contact, joined: datetime) -> None:
    if world.some(0.5):
        world.session.add(
            Milestone(
                contact_id=contact.id, kind=world.random.choice(areas.MILESTONES),
                on=joined.date(), source="worker", noted_by=world.worker, noted_at=joined,
            )
        )  # fmt: skip
    if world.some(0.5):
        code = world.random.choice(areas.THEMES)
        world.session.add(
            Theme(contact_id=contact.id, code=code, noted_by=world.worker, noted_at=joined)
        )
    if world.some(0.4):
        score = world.random.randrange(1, 6)
        world.session.add(
            Experience(contact_id=contact.id, score=score, language=contact.language, at=joined)
        )


def _is_in_danger(world: World, contact: Contact, joined: datetime) -> None:
    taken = joined + timedelta(seconds=world.random.randrange(20, 1500))
    world.session.add(
        Escalation(
            contact_id=contact.id, level=world.random.choice(("emergency", "urgent")),
            kind="violence", state="resolved", ladder_at=joined, opened_at=joined,
            message_id=new_id(), acknowledged_at=taken, resolved_at=taken, outcome="safe",
        )
    )  # fmt: skip
