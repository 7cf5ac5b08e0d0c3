"""Who works with the line: added, listed, disabled, given a new link."""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import sessions
from admin.roles import ROLES
from bot.line import Line
from bot.people import normal_number
from records.audit import note
from records.clock import Clock, SystemClock
from records.errors import MendableError
from records.keystore import SYSTEM
from records.models import Staff
from service import compose, first_run
from service import settings as settings_of
from service.seed import staff_row
from service.sign_in_links import address_of
from service.simulated import running_clock

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")


class StaffError(MendableError):
    """A worker cannot be added, found or changed as asked."""


def added(line: Line, login: str, name: str, role: str, phone: str | None) -> str:
    """Adds a worker; the address of their first sign-in. Raises StaffError."""
    login, number = login.casefold(), normal_number(phone) if phone else None
    if not _LOGIN.fullmatch(login):
        raise StaffError("a login is 2 to 40 of a-z, 0-9, dot, dash and underscore.")
    if role not in ROLES:
        raise StaffError(f"no role '{role}': choose {', '.join(ROLES)}.")
    if not name.strip():
        raise StaffError("a name is needed: colleagues see it on the queue.")
    if number is not None and not _E164.fullmatch(number):
        raise StaffError(f"'{phone}' is no phone number such as +16135550123.")
    with line.database.write() as session:
        if _find(session, line, login) is not None:
            raise StaffError(f"there is a '{login}' already: 'staff link {login}' lets them in.")
        row = staff_row(line, login, name.strip(), role, number, line.now())
        _refuse_second_phone(session, row)
        session.add(row)
        session.flush()
        note(session, line.now(), "operator", "add_staff", subject=f"staff:{row.id}", detail=role)
        return address_of(line, sessions.make_link(session, row, line.now()))


def _refuse_second_phone(session: Session, row: Staff) -> None:
    if row.phone_index is None:
        return
    taken = select(Staff.id).where(Staff.phone_index == row.phone_index)
    if session.scalar(taken) is not None:
        raise StaffError("that phone belongs to another worker: a page's answer must be theirs.")


def listed(line: Line) -> list[tuple[str, str, str]]:
    """Login, role and state of everyone: ready, has not signed in, disabled, sample."""
    with line.database.read() as session:
        rows = session.scalars(select(Staff).order_by(Staff.created_at, Staff.id)).all()
    return [(_login(line, row), row.role, _state(row)) for row in rows]


def _state(row: Staff) -> str:
    if not row.is_active:
        return "disabled"
    if row.is_sample:
        return "sample"
    return "ready" if row.password_hash else "has not signed in yet"


def disabled(line: Line, login: str) -> None:
    """Ends a worker's access. Raises StaffError for an unknown login."""
    with line.database.write() as session:
        row = _known(session, line, login)
        row.is_active = False
        sessions.end_all(session, row.id, line.now())
        note(session, line.now(), "operator", "disable_staff", subject=f"staff:{row.id}")


def linked(line: Line, login: str) -> str:
    """The address of a new one-use link. Raises StaffError for who may not sign in."""
    with line.database.write() as session:
        row = _known(session, line, login)
        if not row.is_active:
            raise StaffError(f"'{login}' is disabled; add them under a new login.")
        if row.is_sample and not line.config.is_simulated:
            raise StaffError(f"'{login}' is sample data and cannot sign in to a real line.")
        note(session, line.now(), "operator", "new_staff_link", subject=f"staff:{row.id}")
        return address_of(line, sessions.make_link(session, row, line.now()))


def _find(session: Session, line: Line, login: str) -> Staff | None:
    index = line.vault.index("staff.login", login.casefold())
    return session.scalar(select(Staff).where(Staff.login_index == index))


def _known(session: Session, line: Line, login: str) -> Staff:
    row = _find(session, line, login)
    if row is None:
        raise StaffError(f"there is no '{login}': 'alluriarniq staff list' shows everyone.")
    return row


def _login(line: Line, row: Staff) -> str:
    return line.vault.open(SYSTEM, f"staff.login:{row.id}", row.login_sealed)


def the_line() -> Line:
    """The line as the settings describe it, at the time that its people see."""
    settings = settings_of.load()
    first_run.check_schema(settings)
    clock: Clock = SystemClock()
    if settings.is_simulated:
        # The simulated network's clock may have been moved; links must last from then on.
        clock = running_clock(settings)
    return compose.build(settings, clock)
