"""Fills a sample fortnight to try the line with; every sample says that it is one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from admin.personnel import staff_row
from bot import directory
from bot.calendar.rule import instant_of, wall_of
from bot.line import Line
from records.database import Database
from records.ids import new_id
from records.models import Event, Fact, Occurrence, Rotation, RotationMember, Staff

SAMPLE = "sample_data"
WEEKS = 2
#: kind, name, weekday (Monday 0), hour, length in hours, food, ride
EVENTS = (
    ("circle", "Sample circle", 2, 18, 2, True, True),
    ("peer", "Sample peer group", 1, 17, 2, True, False),
    ("group", "Sample group", 3, 13, 2, False, False),
    ("treatment", "Sample day program", 0, 10, 4, True, False),
)
PLACE = "Sample place, 1 Example Street"
#: login, name, role, phone: the phones of a rehearsal, on call, second, supervisor.
STAFF = (
    ("oncall", "Sample worker on call", "caseworker", "+16135550191"),
    ("second", "Sample second worker", "caseworker", "+16135550192"),
    ("supervisor", "Sample supervisor", "supervisor", "+16135550193"),
    ("operator", "Sample operator", "operator", None),
    ("translator", "Sample translator", "translator", None),
    ("evaluator", "Sample evaluator", "evaluator", None),
)
#: Slot and login of whoever has it in the sample rota.
ROTA = (("first", "oncall"), ("second", "second"), ("supervisor", "supervisor"))


def seed(line: Line, anchor: date | None = None) -> bool:
    """Loads the sample fortnight from the Monday of `anchor`'s week (default: today), once.

    False when it was loaded before.
    """
    now = line.now()
    day = anchor or line.local(now).date()
    monday = day - timedelta(days=day.weekday())
    with line.database.write() as session:
        directory.sync(session)
        if session.get(Fact, SAMPLE) is not None:
            return False
        people = {
            login: staff_row(line, login, name, role, phone, now, is_sample=True)
            for login, name, role, phone in STAFF
        }
        session.add_all(people.values())
        _rota(session, people, monday)
        _events(session, line, monday, now)
        session.add(Fact(name=SAMPLE, value=monday.isoformat(), at=now))
    return True


def _rota(session: Session, people: dict[str, Staff], monday: date) -> None:
    """Day and night, week after week: one person on call, a second, and a supervisor."""
    for slot, login in ROTA:
        rotation_id = new_id()
        session.add(
            Rotation(
                id=rotation_id,
                slot=slot,
                handoff=9 * 60,
                every_days=7,
                starts_on=monday - timedelta(days=7),
                is_sample=True,
            )
        )
        session.flush()
        session.add(RotationMember(rotation_id=rotation_id, position=0, staff_id=people[login].id))


def _events(session: Session, line: Line, monday: date, now: datetime) -> None:
    for kind, name, weekday, hour, length, food, ride in EVENTS:
        event_id, begins = new_id(), time(hour)
        days = [monday + timedelta(days=weekday, weeks=week) for week in range(WEEKS)]
        session.add(
            Event(
                id=event_id,
                kind=kind,
                name=name,
                place=PLACE,
                has_food=food,
                has_ride=ride,
                is_sample=True,
                first_wall=wall_of(datetime.combine(days[0], begins)),
                zone=line.config.zone.key,
                minutes=length * 60,
                created_at=now,
            )
        )
        session.flush()
        for day in days:
            wall = wall_of(datetime.combine(day, begins))
            starts = instant_of(wall, line.config.zone)
            ends = starts + timedelta(hours=length)
            session.add(Occurrence(event_id=event_id, wall=wall, starts_at=starts, ends_at=ends))


def load_directory(database: Database) -> int:
    """Brings the reviewed data file into the directory, how many rows of it were new or other; a
    real line starts with nothing else."""
    with database.write() as session:
        return directory.sync(session)
