"""Who works with the line: invited, given another role, disabled, given a new link."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from admin import passkeys, sessions
from admin.roles import ABOUT_A_WORKER, ROLES, Permission, permissions_of
from bot.case import add_item
from bot.escalation import alarms, holding
from bot.line import Line
from bot.people import locked, normal_number
from records.audit import note
from records.errors import MendableError
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Conversation, Escalation, QueueItem, Staff

SUPERVISOR = "supervisor"
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class StaffError(MendableError):
    """A worker cannot be added, found or changed as asked. `name` is that of the panel's text."""

    def __init__(self, name: str, words: str) -> None:
        super().__init__(words)
        self.name = name


@dataclass(frozen=True)
class Person:
    """What is entered about a new worker."""

    login: str
    name: str
    role: str
    phone: str | None = None
    email: str | None = None


def invite(session: Session, line: Line, person: Person, actor: str, now: datetime) -> str:
    """Adds a worker; the token of their first sign-in. Raises StaffError."""
    login = person.login.strip().casefold()
    number = normal_number(person.phone) if person.phone else None
    _refuse_malformed(login, person, number)
    if find(session, line, login) is not None:
        raise StaffError(
            "login_taken", f"there is a '{login}' already: 'staff link {login}' lets them in."
        )
    row = staff_row(line, login, person.name.strip(), person.role, number, now)
    if person.email:
        row.email_sealed = line.vault.seal(SYSTEM, f"staff.email:{row.id}", person.email.strip())
    _refuse_second_phone(session, row)
    session.add(row)
    session.flush()
    note(session, now, actor, "add_staff", subject=f"staff:{row.id}", detail=person.role)
    if person.role == SUPERVISOR:
        _tell_supervisors(session, row.id, now)
    return sessions.make_link(session, row, now)


def _refuse_malformed(login: str, person: Person, number: str | None) -> None:
    if not _LOGIN.fullmatch(login):
        raise StaffError("login", "a login is 2 to 40 of a-z, 0-9, dot, dash and underscore.")
    if person.role not in ROLES:
        raise StaffError("role", f"no role '{person.role}': choose {', '.join(ROLES)}.")
    if not person.name.strip():
        raise StaffError("name", "a name is needed: colleagues see it on the queue.")
    if number is not None and not _E164.fullmatch(number):
        raise StaffError("phone", f"'{person.phone}' is no phone number such as +16135550123.")
    if person.email and not _MAIL.fullmatch(person.email.strip()):
        raise StaffError("email", f"'{person.email}' is no mail address such as ann@example.org.")


def _refuse_second_phone(session: Session, row: Staff) -> None:
    if row.phone_index is None:
        return
    taken = select(Staff.id).where(Staff.phone_index == row.phone_index)
    if session.scalar(taken) is not None:
        raise StaffError(
            "phone_taken", "that phone belongs to another worker: a page's answer must be theirs."
        )


def is_for_another(staff_id: int) -> ColumnElement[bool]:
    """Is a queue item about what this very worker did, while another supervisor can look at it?"""
    another = exists().where(
        Staff.role == SUPERVISOR, Staff.is_active, Staff.id != staff_id, ~Staff.is_sample
    )
    is_about = QueueItem.subject == f"staff:{staff_id}"
    return and_(QueueItem.kind.in_(ABOUT_A_WORKER), is_about, another)


def _tell_supervisors(session: Session, staff_id: int, now: datetime) -> None:
    """A new supervisor is never made unseen."""
    cause = f"new_supervisor:{staff_id}"
    add_item(session, now, "new_supervisor", dedupe_key=cause, subject=f"staff:{staff_id}")


def change_role(
    session: Session, line: Line, row: Staff, role: str, actor: str, now: datetime
) -> None:
    """Gives a worker another role; they sign in anew. Raises StaffError.

    Who may no longer answer clients lets go of what they had: they could not even open it.
    """
    if role not in ROLES:
        raise StaffError("role", f"no role '{role}': choose {', '.join(ROLES)}.")
    if row.role == role:
        return
    if row.role == SUPERVISOR:
        _refuse_last(session, row)
    if Permission.ANSWER_CLIENTS not in permissions_of(role):
        _let_go_of_all(session, row, actor, now)
    before, row.role = row.role, role
    sessions.end_all(session, row.id, now, kind=sessions.SESSION)
    subject, detail = f"staff:{row.id}", f"{before}:{role}"
    note(session, now, actor, "change_role", subject=subject, detail=detail)
    if role == SUPERVISOR:
        _tell_supervisors(session, row.id, now)
    session.flush()
    alarms.look(session, line, now)


def disable(session: Session, line: Line, row: Staff, actor: str, now: datetime) -> None:
    """Ends a worker's access at once. Raises StaffError for the last supervisor.

    Their place on the rota is empty from now on, which is an alarm where nobody else has it.
    """
    if row.role == SUPERVISOR and row.is_active:
        _refuse_last(session, row)
    _let_go_of_all(session, row, actor, now)
    row.is_active = False
    sessions.end_all(session, row.id, now)
    note(session, now, actor, "disable_staff", subject=f"staff:{row.id}")
    session.flush()
    alarms.look(session, line, now)


def _let_go_of_all(session: Session, row: Staff, actor: str, now: datetime) -> None:
    """What this worker had is nobody's: urgent items page on, the bot speaks to their clients
    again, and what waits for a person waits for anybody."""
    spoken = Conversation.handed_off_to == row.id
    held = and_(Escalation.acknowledged_by == row.id, Escalation.state != holding.RESOLVED)
    clients = {
        *session.scalars(select(Conversation.contact_id).where(spoken)),
        *session.scalars(select(Escalation.contact_id).where(held)),
    }
    # Clients' rows first and in one order, as everywhere: two must never wait crosswise.
    for client in sorted(clients):
        locked(session, client)
        theirs = select(Escalation.id).where(held, Escalation.contact_id == client)
        for alert_id in session.scalars(theirs).all():
            holding.let_go(session, holding.held(session, alert_id), "released", now)
        conversation = session.get_one(Conversation, client, populate_existing=True)
        if conversation.handed_off_to == row.id:
            conversation.handed_off_at = conversation.handed_off_to = None
            note(session, now, actor, "hand_back", contact_id=client)
    session.execute(
        update(QueueItem)
        .where(QueueItem.taken_by == row.id, QueueItem.resolved_at.is_(None))
        .values(taken_by=None, taken_at=None)
        .execution_options(synchronize_session=False)
    )


def _refuse_last(session: Session, row: Staff) -> None:
    """Without a supervisor nobody could look after the others."""
    all_of_them = select(Staff.id).where(
        Staff.role == SUPERVISOR, Staff.is_active, Staff.is_sample == row.is_sample
    )
    # All locked in one order, so that two who end each other at once do not both succeed.
    found = session.scalars(all_of_them.order_by(Staff.id).with_for_update()).all()
    if set(found) <= {row.id}:
        raise StaffError("last_supervisor", "that is the last supervisor: make another one first.")


def new_link(session: Session, line: Line, row: Staff, actor: str, now: datetime) -> str:
    """The token of a new one-use link. Raises StaffError for who may not sign in."""
    login = login_of(line, row)
    if not row.is_active:
        raise StaffError("disabled", f"'{login}' is disabled; add them under a new login.")
    if row.is_sample and not line.config.is_simulated:
        raise StaffError("sample", f"'{login}' is sample data and cannot sign in to a real line.")
    note(session, now, actor, "new_staff_link", subject=f"staff:{row.id}")
    return sessions.make_link(session, row, now)


def find(session: Session, line: Line, login: str) -> Staff | None:
    """A worker by login."""
    index = line.vault.index("staff.login", login.casefold())
    return session.scalar(select(Staff).where(Staff.login_index == index))


def login_of(line: Line, row: Staff) -> str:
    return line.vault.open(SYSTEM, f"staff.login:{row.id}", row.login_sealed)


def state_of(session: Session, row: Staff) -> str:
    """disabled, sample, ready or invited (has no way to sign in yet)."""
    if not row.is_active:
        return "disabled"
    if row.is_sample:
        return "sample"
    return "ready" if row.password_hash or passkeys.of(session, row.id) else "invited"


def link_address(line: Line, token: str) -> str:
    """The address of a one-use link."""
    return f"{line.config.public_url.rstrip('/')}/admin/link/{token}"


def staff_row(
    line: Line,
    login: str,
    name: str,
    role: str,
    phone: str | None,
    now: datetime,
    *,
    is_sample: bool = False,
) -> Staff:
    """A staff row with its names and number sealed; no password yet."""
    staff_id = new_id()

    def sealed(column: str, words: str) -> bytes:
        return line.vault.seal(SYSTEM, f"staff.{column}:{staff_id}", words)

    return Staff(
        id=staff_id,
        login_index=line.vault.index("staff.login", login.casefold()),
        login_sealed=sealed("login", login),
        name_sealed=sealed("name", name),
        phone_sealed=sealed("phone", phone) if phone else None,
        phone_index=line.vault.index("address.sms", phone) if phone else None,
        role=role,
        is_sample=is_sample,
        created_at=now,
    )
