"""The operator's part of who works with the line: the same acts as in the panel, by command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import personnel
from admin.personnel import Person, StaffError, link_address
from bot import training
from bot.line import Line
from records.clock import Clock, SystemClock
from records.models import Staff
from service import compose, first_run
from service import settings as settings_of
from service.simulated import running_clock

OPERATOR = "operator"
STATES = {
    "disabled": "disabled",
    "sample": "sample",
    "ready": "ready",
    "invited": "has not signed in yet",
}


def invited(line: Line, person: Person) -> str:
    """Adds a worker; the address of their first sign-in. Raises StaffError."""
    with line.database.write() as session:
        return link_address(line, personnel.invite(session, line, person, OPERATOR, line.now()))


def listed(line: Line) -> list[tuple[str, str, str]]:
    """Login, role and state of everyone: ready, has not signed in, disabled, sample."""
    with line.database.read() as session:
        rows = session.scalars(select(Staff).order_by(Staff.created_at, Staff.id)).all()
        return [
            (personnel.login_of(line, row), row.role, STATES[personnel.state_of(session, row)])
            for row in rows
        ]


def disabled(line: Line, login: str) -> None:
    """Ends a worker's access. Raises StaffError."""
    with _worker(line, login) as (session, row):
        personnel.disable(session, line, row, OPERATOR, line.now())


def given_role(line: Line, login: str, role: str) -> None:
    """Gives a worker another role. Raises StaffError."""
    with _worker(line, login) as (session, row):
        personnel.change_role(session, line, row, role, OPERATOR, line.now())


def linked(line: Line, login: str) -> str:
    """The address of a new one-use link. Raises StaffError for who may not sign in."""
    with _worker(line, login) as (session, row):
        token = personnel.new_link(session, line, row, OPERATOR, line.now())
        return link_address(line, token)


def trained(line: Line, login: str, topic: str, until_on: date) -> None:
    """Notes a training that counts up to and on a day. Raises StaffError."""
    if topic not in training.TOPICS:
        raise StaffError("topic", f"no topic '{topic}': choose {', '.join(training.TOPICS)}.")
    with _worker(line, login) as (session, row):
        training.keep(session, row.id, topic, until_on, OPERATOR, line.now())


@contextmanager
def _worker(line: Line, login: str) -> Iterator[tuple[Session, Staff]]:
    with line.database.write() as session:
        row = personnel.find(session, line, login)
        if row is None:
            raise StaffError(
                "nobody", f"there is no '{login}': 'alluriarniq staff list' shows everyone."
            )
        yield session, row


def the_line() -> Line:
    """The line as the settings describe it, at the time that its people see."""
    settings = settings_of.load()
    first_run.check_schema(settings)
    clock: Clock = SystemClock()
    if settings.is_simulated:
        # The simulated network's clock may have been moved; links must last from then on.
        clock = running_clock(settings)
    return compose.build(settings, clock)
