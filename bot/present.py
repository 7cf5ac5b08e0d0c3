"""Gathers the facts that a conversation asked for, as they stand at this moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy import case as when_

from bot import directory, law
from bot.calendar.seats import OFFERS_END
from bot.case import Case
from bot.facts import OWN, Facts, Looked, OccurrenceFact, SeatFact, WaitFact
from bot.hours import is_staffed, reads_next
from bot.reports import sharing
from records import rows
from records.models import Appointment, Consent, Event, Occurrence, WaitingPlace
from records.models.bookings import BOOKED, HELD, WAITING

#: Free dates of a kind that one text shows, and rows looked at for all kinds.
SHOWN, LOOKED = 3, 200
#: Of their own seats and places on lists, as many as there are digits.
MOST = 9
Found = TypeVar("Found")


def gather(case: Case, needs: Collection[str]) -> Facts:
    """Facts named by `needs`: "occurrences", "resources", "consents", "safety_notes", "seats",
    "waits".

    The rest is always there. Named facts are read in the case's transaction, when a step looks
    at them.
    """
    local = case.line.local(case.now)
    hours = case.line.config.staffed_hours
    contact = case.contact
    paused_until = contact.paused_until_at
    reads: dict[str, Callable[[], Mapping[str, Any]]] = {
        "occurrences": lambda: _occurrences(case),
        "resources": lambda: _in_common(case, "resources", _resources),
        "consents": lambda: _consents(case),
        "safety_notes": lambda: {"new": sharing.newest(case.session, case.line, local.date())},
        "seats": lambda: _seats(case),
        "waits": lambda: _waits(case),
    }
    return Facts(
        now_local=local,
        is_staffed=is_staffed(local, hours),
        reads_next_local=reads_next(local, hours),
        is_new=contact.introduced_at is None,
        minimum_age=case.line.config.minimum_age,
        safe_to_text=contact.safe_to_text,
        age_ok=contact.age_ok,
        is_paused=paused_until is not None and paused_until > case.now,
        kept_days=law.of(case.line.config.legal_profile).text_days,
        legal_profile=case.line.config.legal_profile,
        is_erasing=contact.erase_asked_at is not None,
        **{name: Looked(reads[name]) for name in needs},
    )


def _in_common(case: Case, name: str, read: Callable[[Case], Found]) -> Found:
    """What is the same for whoever asks at this moment: read once until something is written."""
    common = case.session.info.setdefault(rows.COMMON, {})
    if name not in common:
        common[name] = read(case)
    found: Found = common[name]
    return found


def _resources(case: Case) -> Mapping[str, Any]:
    return directory.sendable(case.session, case.line.local(case.now).date())


_TAKEN = (
    select(func.count())
    .where(Appointment.occurrence_id == Occurrence.id, Appointment.seat.is_not(None))
    .correlate(Occurrence)
    .scalar_subquery()
)
_WAITING = (
    select(func.count())
    .where(WaitingPlace.occurrence_id == Occurrence.id, WaitingPlace.state == WAITING)
    .correlate(Occurrence)
    .scalar_subquery()
)
_SEATS = func.coalesce(Occurrence.capacity, Event.capacity)
_COMING = (
    select(
        Occurrence.id,
        Occurrence.starts_at,
        Event.kind,
        Event.name,
        Event.place,
        Event.has_food,
        Event.has_ride,
        Event.has_child_care,
        Event.is_walk_in,
        Event.is_sample,
        _SEATS.label("capacity"),
        when_((_SEATS.is_(None), 0), else_=_TAKEN).label("taken"),
        when_((_SEATS.is_(None), 0), else_=_WAITING).label("waiting"),
    )
    .join(Event, Occurrence.event_id == Event.id)
    .where(Occurrence.starts_at > bindparam("now"), Occurrence.state == "planned", Event.is_offered)
    .order_by(Occurrence.starts_at, Occurrence.id)
    .limit(LOOKED)
)


def _occurrences(case: Case) -> Mapping[str, Any]:
    """The next free dates of each kind, and of those without a free seat the first."""
    coming = rows.look(case.session, _COMING, {"now": case.now})
    if any(row.waiting for row in coming):
        return _by_kind(case, coming, _waits_for(case))
    return _in_common(case, "occurrences", lambda case: _by_kind(case, coming, frozenset()))


def _by_kind(
    case: Case, coming: Sequence[Row[Any]], own: Collection[int]
) -> dict[str, tuple[OccurrenceFact, ...]]:
    """`own`: the dates on whose list who asks stands themselves."""
    by_kind: dict[str, list[OccurrenceFact]] = defaultdict(list)
    for row in coming:
        first = case.now >= row.starts_at - OFFERS_END
        left = None if row.capacity is None else row.capacity - row.taken
        others = row.waiting - (row.id in own)
        is_full = left is not None and (left <= 0 or (not first and 0 < others >= left))
        facts = by_kind[row.kind]
        if sum(fact.is_full == is_full for fact in facts) < (1 if is_full else SHOWN):
            facts.append(
                OccurrenceFact(
                    kind=row.kind,
                    name=row.name,
                    starts_local=case.line.local(row.starts_at),
                    place=row.place,
                    has_food=row.has_food,
                    has_ride=row.has_ride,
                    is_sample=row.is_sample,
                    id=row.id,
                    is_full=is_full,
                    has_child_care=row.has_child_care,
                    is_walk_in=row.is_walk_in,
                )
            )
    return {kind: tuple(facts) for kind, facts in by_kind.items()}


_WAITS_FOR = select(WaitingPlace.contact_id, WaitingPlace.occurrence_id).where(
    WaitingPlace.contact_id.in_(bindparam("contacts", expanding=True)),
    WaitingPlace.state == WAITING,
)


def _waits_for(case: Case) -> frozenset[int]:
    """The dates for whose seat this client waits: nobody stands before themselves."""
    found = rows.look_for(case.session, _WAITS_FOR, case.contact.id, {})
    return frozenset(row.occurrence_id for row in found)


_OWN = (
    select(
        Appointment.contact_id,
        Appointment.id,
        Appointment.occurrence_id,
        Appointment.state,
        Occurrence.starts_at,
        Event.kind,
        Event.place,
        Event.is_sample,
    )
    .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
    .join(Event, Event.id == Occurrence.event_id)
    .where(
        Appointment.contact_id.in_(bindparam("contacts", expanding=True)),
        Appointment.state.in_((BOOKED, HELD)),
        Occurrence.state == "planned",
        Occurrence.starts_at > bindparam("now"),
    )
    .order_by(Occurrence.starts_at, Occurrence.id)
)


def _seats(case: Case) -> dict[str, tuple[SeatFact, ...]]:
    found = rows.look_for(case.session, _OWN, case.contact.id, {"now": case.now})[:MOST]
    seats = (
        SeatFact(
            id=row.id,
            occurrence_id=row.occurrence_id,
            kind=row.kind,
            starts_local=case.line.local(row.starts_at),
            place=row.place,
            is_sample=row.is_sample,
            is_held=row.state == HELD,
        )
        for row in found
    )
    return {OWN: tuple(seats)}


_WAITS = (
    select(
        WaitingPlace.contact_id, WaitingPlace.id, WaitingPlace.occurrence_id, Occurrence.starts_at
    )
    .join(Occurrence, Occurrence.id == WaitingPlace.occurrence_id)
    .where(
        WaitingPlace.contact_id.in_(bindparam("contacts", expanding=True)),
        WaitingPlace.state == WAITING,
        Occurrence.starts_at > bindparam("now"),
    )
    .order_by(Occurrence.starts_at, Occurrence.id)
)


def _waits(case: Case) -> dict[str, tuple[WaitFact, ...]]:
    found = rows.look_for(case.session, _WAITS, case.contact.id, {"now": case.now})[:MOST]
    local = case.line.local
    return {OWN: tuple(WaitFact(row.id, row.occurrence_id, local(row.starts_at)) for row in found)}


_CONSENTS = (
    select(Consent.purpose, Consent.given)
    .where(Consent.contact_id == bindparam("contact"))
    .order_by(Consent.id)
)


def _consents(case: Case) -> dict[str, bool]:
    said = rows.look(case.session, _CONSENTS, {"contact": case.contact.id})
    return {row.purpose: row.given for row in said}
