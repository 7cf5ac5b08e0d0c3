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
from bot.triage import Level
from records.models import (
    Address,
    Contact,
    Escalation,
    Override,
    Rotation,
    RotationMember,
    Shift,
    Staff,
    Swap,
)

#: Roles of people who may be paged about a client.
PAGED_ROLES = ("caseworker", "supervisor")
ANYONE = "any"
#: Exchanges that ended longer ago no longer matter to anyone.
PAST = timedelta(days=2)


def may_answer(staff: Staff | None) -> bool:
    """Is this somebody who works with clients, today? Their phone outlives their role."""
    return staff is not None and staff.is_active and staff.role in PAGED_ROLES


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


def now_on_call(session: Session, line: Line, now: datetime) -> tuple[OnCall, bool]:
    """Who is on call at this moment by the rota, and whether any rota is entered at all."""
    rota = load(session, line, now)
    return on_call(now, rota), not rota.is_empty


def for_alert(
    session: Session, line: Line, alert: Escalation, now: datetime, rota: Rota | None = None
) -> tuple[tuple[OnCall, ...], bool]:
    """Who is to be paged about this alert, in whose order; and whether any rota is entered.
    Whoever asks about many alerts has loaded the `rota`.

    While the office is staffed the client's own worker, if they can be paged, comes first and
    whoever is on call second. A client's wish for a woman or a man changes the order of the
    first two on call, never who they are: with nobody as wished it stays. In an emergency
    whoever is first by the rota is paged as the first as well. A worker who is in danger
    themselves is not paged about it: their phone must not ring where they hide.
    """
    rota = rota or load(session, line, now)
    own = _whose_phone(session, alert.contact_id)
    found = on_call(now, _without(rota, own))
    if found.first is None and own:
        found = replace(found, first=found.second or found.supervisor, second=found.supervisor)
    chosen = _as_wished(session, found, session.get_one(Contact, alert.contact_id).wish)
    worker_id = alert.worker_id
    is_theirs = worker_id in found.everyone and worker_id != chosen.first
    if is_theirs and is_staffed(line.local(now), line.config.staffed_hours):
        chosen = replace(chosen, first=worker_id, second=chosen.first or chosen.second)
    is_emergency = alert.level == Level.EMERGENCY.value
    return (chosen, found) if is_emergency else (chosen,), not rota.is_empty


def _whose_phone(session: Session, contact_id: int) -> set[int]:
    """The workers one of whose phones is this client's: it is they who call for help."""
    chosen = select(Staff.id).join(Address, Address.identifier_index == Staff.phone_index)
    return set(session.scalars(chosen.where(Address.contact_id == contact_id)))


def _without(rota: Rota, staff: set[int]) -> Rota:
    people = tuple(one for one in rota.people if one not in staff)
    supervisors = tuple(one for one in rota.supervisors if one not in staff)
    return replace(rota, people=people, supervisors=supervisors)


def _as_wished(session: Session, found: OnCall, wish: str) -> OnCall:
    if wish != ANYONE and found.first is not None and found.second is not None:
        first, second = _gender(session, found.first), _gender(session, found.second)
        if first != wish == second:
            return replace(found, first=found.second, second=found.first)
    return found


def stands_in(session: Session, line: Line, alert: Escalation, now: datetime) -> int | None:
    """Who is on call while whoever has the item is not on duty; None while they are."""
    orders, _ = for_alert(session, line, alert, now)
    on_duty = [each for one in orders for each in (one.first, one.second, one.supervisor)]
    return None if alert.acknowledged_by in on_duty else orders[-1].first


def place(session: Session, line: Line, staff_id: int | None, now: datetime) -> str:
    """What a worker is on the rota at this moment: first, second, supervisor or other."""
    found = on_call(now, load(session, line, now))
    places = ((found.first, "first"), (found.second, "second"), (found.supervisor, "supervisor"))
    return next((name for one, name in places if one is not None and one == staff_id), "other")


def _gender(session: Session, staff_id: int) -> str | None:
    return session.scalar(select(Staff.gender).where(Staff.id == staff_id))


def colleagues(session: Session, line: Line, staff_id: int, now: datetime) -> list[Staff]:
    """Everybody else who could take over."""
    ids = [i for i in load(session, line, now).people if i != staff_id]
    rows = session.scalars(select(Staff).where(Staff.id.in_(ids)).order_by(Staff.id))
    return list(rows)
