"""What is known of a client beside their words: choices, yes and no, dates, how they have been."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.access import names_of
from admin.strings import t
from bot.line import Line
from bot.moving import PURPOSES
from records.models import (
    Appointment,
    CheckIn,
    CheckPlan,
    Consent,
    Contact,
    Event,
    Occurrence,
    SafeHours,
)

DATES = 20
CHECK_INS = 30
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = 127


@dataclass(frozen=True)
class Agreed:
    """One yes or no to one purpose, by the newest entry. `by` is a worker's name, or empty."""

    purpose: str
    given: bool | None
    at: datetime | None
    how: str
    by: str
    language: str


@dataclass(frozen=True)
class Booked:
    """One date of a client. `state` and `rsvp` as in Appointment."""

    starts_at: datetime
    name: str
    state: str
    rsvp: str
    attended: bool | None


def consents(session: Session, line: Line, contact_id: int) -> list[Agreed]:
    """What holds for each purpose, those never asked about last."""
    rows = session.scalars(
        select(Consent).where(Consent.contact_id == contact_id).order_by(Consent.id)
    ).all()
    newest = {row.purpose: row for row in rows}
    names = names_of(session, line, {r.recorded_by for r in newest.values() if r.recorded_by})
    found = [
        Agreed(r.purpose, r.given, r.at, r.how, names.get(r.recorded_by or 0, ""), r.language)
        for r in newest.values()
    ]
    missing = [Agreed(p, None, None, "", "", "") for p in PURPOSES if p not in newest]
    return found + missing


def hours(session: Session, contact_id: int) -> list[str]:
    """The hours they called safe, in words; none for the line's own."""
    rows = session.scalars(
        select(SafeHours).where(SafeHours.contact_id == contact_id).order_by(SafeHours.from_minute)
    ).all()
    return [
        f"{_days(row.days)} {_clock(row.from_minute)}-{_clock(row.until_minute)}" for row in rows
    ]


def _days(days: int) -> str:
    if days == EVERY_DAY:
        return t("client.every_day")
    return ", ".join(t(f"day.{name}") for n, name in enumerate(DAYS) if days >> n & 1)


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def dates(session: Session, contact_id: int) -> list[Booked]:
    """The newest dates, coming and past, latest first."""
    rows = session.execute(
        select(Appointment, Occurrence.starts_at, Event.name)
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Appointment.contact_id == contact_id)
        .order_by(Occurrence.starts_at.desc(), Occurrence.id.desc())
        .limit(DATES)
    ).all()
    return [Booked(at, name, row.state, row.rsvp or "", row.attended) for row, at, name in rows]


def check_ins(session: Session, contact_id: int) -> list[tuple[CheckIn, str]]:
    """The last check-ins with the kind of their plan, newest first."""
    rows = session.execute(
        select(CheckIn, CheckPlan.kind)
        .join(CheckPlan, CheckPlan.id == CheckIn.plan_id)
        .where(CheckIn.contact_id == contact_id)
        .order_by(CheckIn.id.desc())
        .limit(CHECK_INS)
    ).all()
    return [(row, kind) for row, kind in rows]


def own_words(contact: Contact) -> list[str]:
    """Names of the own words that are set; never the words, which nobody can read."""
    kinds = ("code_word", "duress_word", "safe_word")
    return [kind for kind in kinds if getattr(contact, kind)]
