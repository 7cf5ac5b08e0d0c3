"""Reads the rota and the people who can be paged from what is stored."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.escalation.rota import OnCall, Rota, Turns, on_call
from bot.hours import is_staffed
from bot.line import Line
from records.models import Override, Rotation, RotationMember, Shift, Staff, Swap

#: Roles of people who may be paged about a client.
PAGED_ROLES = ("caseworker", "supervisor")
ANYONE = "any"
#: Exchanges that ended longer ago no longer matter to anyone.
PAST = timedelta(days=2)


def load(session: Session, line: Line, now: datetime) -> Rota:
    """The rota as it stands, with the active people who have a phone."""
    staff = session.execute(
        select(Staff.id, Staff.role)
        .where(Staff.is_active, Staff.phone_sealed.is_not(None), Staff.role.in_(PAGED_ROLES))
        .order_by(Staff.id)
    ).all()
    members: dict[int, list[int]] = defaultdict(list)
    for rotation_id, staff_id in session.execute(
        select(RotationMember.rotation_id, RotationMember.staff_id).order_by(
            RotationMember.position
        )
    ):
        members[rotation_id].append(staff_id)
    rotations = session.scalars(select(Rotation)).all()
    today = line.local(now).date()
    return Rota(
        zone=line.config.zone,
        people=tuple(row.id for row in staff),
        supervisors=tuple(row.id for row in staff if row.role == "supervisor"),
        shifts=tuple(
            session.scalars(
                select(Shift).where(or_(Shift.until_on.is_(None), Shift.until_on >= today - PAST))
            )
        ),
        rotations=tuple(Turns(row, tuple(members[row.id])) for row in rotations),
        overrides=tuple(session.scalars(select(Override).where(Override.ends_at > now - PAST))),
        swaps=tuple(session.scalars(select(Swap).where(Swap.ends_at > now - PAST))),
        was_entered=_was_entered(session),
    )


def _was_entered(session: Session) -> bool:
    """A rota that has run out is a gap to be told of, not a rota that nobody made."""
    found = (select(row.id).where(row.slot == "first").limit(1) for row in (Shift, Override))
    return any(session.scalar(one) is not None for one in found)


def now_on_call(
    session: Session,
    line: Line,
    now: datetime,
    worker_id: int | None = None,
    wish: str = ANYONE,
) -> tuple[OnCall, bool]:
    """Who is on call at this moment, and whether any rota is entered at all.

    While the office is staffed the client's own worker, if they can be paged, comes first and
    whoever is on call second. A client's `wish` for a woman or a man changes the order of the
    first two on call, never who they are: with nobody as wished it stays.
    """
    rota = load(session, line, now)
    found = on_call(now, rota)
    if wish != ANYONE and found.first is not None and found.second is not None:
        first, second = _gender(session, found.first), _gender(session, found.second)
        if first != wish == second:
            found = replace(found, first=found.second, second=found.first)
    is_theirs = worker_id in rota.people and worker_id != found.first
    if is_theirs and is_staffed(line.local(now), line.config.staffed_hours):
        found = replace(found, first=worker_id, second=found.first or found.second)
    return found, not rota.is_empty


def place(session: Session, line: Line, staff_id: int | None, now: datetime) -> str:
    """What a worker is on the rota at this moment: first, second, supervisor or other."""
    found = on_call(now, load(session, line, now))
    places = ((found.first, "first"), (found.second, "second"), (found.supervisor, "supervisor"))
    return next((name for one, name in places if one is not None and one == staff_id), "other")


def _gender(session: Session, staff_id: int) -> str | None:
    return session.scalar(select(Staff.gender).where(Staff.id == staff_id))
