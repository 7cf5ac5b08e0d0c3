"""Counts what came of the program between two instants: one table a question, no person in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.program import areas, referrals, stages
from records.models import (
    Appointment,
    CheckIn,
    Contact,
    Escalation,
    Event,
    Experience,
    Milestone,
    Occurrence,
    Reached,
    Referral,
    ServiceNeed,
    StageChange,
    Theme,
)

Counts = dict[str, int]
#: How soon a person took an urgent text, and never: what the program promises itself.
SOON, WITHIN = timedelta(minutes=2), timedelta(minutes=15)


def count(
    session: Session, first: datetime, last: datetime, day: date, until: date
) -> dict[str, Counts]:
    """Every table by name: rows in a fixed order, of what happened from `first` to before `last`.

    `day` and `until` are the same span in days, for what is known by its day only.
    """
    span = (first, last)
    return {
        "reach": _reach(session, *span),
        "source": {
            "card": _number(session, Reached.at, *span),
        },
        "attended": _attended(session, *span),
        "reminder": _reminders(session, *span),
        "check_in": _check_ins(session, *span),
        **_urgent(session, *span),
        "needed": _by(session, ServiceNeed.area, ServiceNeed.needed_at, span, areas.SERVICES),
        "offered": _by(session, ServiceNeed.area, ServiceNeed.offered_at, span, areas.SERVICES),
        "service_taken": _by(session, ServiceNeed.area, ServiceNeed.taken_at, span, areas.SERVICES),
        "referral": _by(session, Referral.state, Referral.made_at, span, referrals.STATES),
        "stage": _by(session, StageChange.stage, StageChange.set_at, span, stages.STAGES),
        "direction": _directions(session, *span),
        "milestone": _days(session, Milestone.kind, Milestone.on, day, until, areas.MILESTONES),
        "theme": _by(session, Theme.code, Theme.noted_at, span, areas.THEMES),
        "helped": _by(session, Experience.score, Experience.at, span, ("1", "2", "3", "4", "5")),
    }


def _by(
    session: Session,
    what: InstrumentedAttribute[str] | InstrumentedAttribute[int],
    at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    span: tuple[datetime, datetime],
    rows: Iterable[str],
) -> Counts:
    found = session.execute(
        select(what, func.count()).where(at >= span[0], at < span[1]).group_by(what)
    )
    counted = {str(name): number for name, number in found}
    return {row: counted.get(row, 0) for row in rows}


def _days(
    session: Session,
    what: InstrumentedAttribute[str],
    on: InstrumentedAttribute[date],
    day: date,
    until: date,
    rows: Iterable[str],
) -> Counts:
    found = session.execute(select(what, func.count()).where(on >= day, on < until).group_by(what))
    counted: dict[str, int] = {name: number for name, number in found}
    return {row: counted.get(row, 0) for row in rows}


def _number(
    session: Session, at: InstrumentedAttribute[datetime], first: datetime, last: datetime
) -> int:
    return session.scalar(select(func.count()).where(at >= first, at < last)) or 0


def _reach(session: Session, first: datetime, last: datetime) -> Counts:
    """People who texted for the first time, by the language they wrote."""
    found = session.execute(
        select(Contact.language, Contact.script, func.count())
        .where(Contact.created_at >= first, Contact.created_at < last)
        .group_by(Contact.language, Contact.script)
    )
    rows: Counts = {"en": 0, "iu_Latn": 0, "iu": 0, "fr": 0}
    for language, script, number in found:
        name = "iu_Latn" if language == "iu" and script == "Latn" else language
        rows[name if name in rows else "en"] += number
    return rows


def _attended(session: Session, first: datetime, last: datetime) -> Counts:
    """Who came, by the kind of date; `missed` holds who had a place and did not come."""
    found = session.execute(
        select(Event.kind, Appointment.attended, func.count())
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(
            Occurrence.starts_at >= first,
            Occurrence.starts_at < last,
            Appointment.attended.is_not(None),
        )
        .group_by(Event.kind, Appointment.attended)
    )
    rows = Counter[str]()
    for kind, attended, number in found:
        rows[kind if attended else "missed"] += number
    kinds = ("circle", "peer", "group", "treatment", "counselling")
    other = sum(n for kind, n in rows.items() if kind not in (*kinds, "missed"))
    return {**{kind: rows[kind] for kind in kinds}, "other": other, "missed": rows["missed"]}


def _reminders(session: Session, first: datetime, last: datetime) -> Counts:
    """Did who answered a reminder come more often? Each of the four counts."""
    found = session.execute(
        select(Appointment.rsvp.is_not(None), Appointment.attended, func.count())
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .where(
            Occurrence.starts_at >= first,
            Occurrence.starts_at < last,
            Appointment.attended.is_not(None),
        )
        .group_by(Appointment.rsvp.is_not(None), Appointment.attended)
    )
    rows: Counts = {"replied_came": 0, "replied_missed": 0, "silent_came": 0, "silent_missed": 0}
    for replied, came, number in found:
        rows[f"{'replied' if replied else 'silent'}_{'came' if came else 'missed'}"] += number
    return rows


def _check_ins(session: Session, first: datetime, last: datetime) -> Counts:
    found = session.execute(
        select(CheckIn.answer, CheckIn.state, func.count())
        .where(CheckIn.at >= first, CheckIn.at < last, CheckIn.message_id.is_not(None))
        .group_by(CheckIn.answer, CheckIn.state)
    )
    rows: Counts = {"ok": 0, "so_so": 0, "not_ok": 0, "other": 0, "unanswered": 0}
    for answer, _state, number in found:
        name = "unanswered" if answer is None else answer
        rows[name if name in rows else "other"] += number
    return rows


def _urgent(session: Session, first: datetime, last: datetime) -> dict[str, Counts]:
    """Alerts by level, and how soon a person took each; `nobody` are those that ended without.

    The line's tests of itself and drills are nobody's alerts.
    """
    found = session.execute(
        select(Escalation.level, Escalation.opened_at, Escalation.acknowledged_at).where(
            Escalation.opened_at >= first,
            Escalation.opened_at < last,
            Escalation.is_probe.is_(False),
            Escalation.is_drill.is_(False),
        )
    )
    levels: Counts = {"emergency": 0, "urgent": 0}
    soon: Counts = {"soon": 0, "within": 0, "later": 0, "nobody": 0}
    for level, opened, taken in found:
        levels[level] += 1
        soon[_how_soon(None if taken is None else taken - opened)] += 1
    return {"urgent": levels, "taken": soon}


def _how_soon(length: timedelta | None) -> str:
    if length is None:
        return "nobody"
    return "soon" if length <= SOON else "within" if length <= WITHIN else "later"


def _directions(session: Session, first: datetime, last: datetime) -> Counts:
    """Changes of stage both ways; coming back is a row of its own, no failure."""
    found = session.execute(
        select(StageChange.before, StageChange.stage).where(
            StageChange.set_at >= first, StageChange.set_at < last
        )
    )
    rows: Counts = {"first": 0, "forward": 0, "same": 0, "earlier": 0, "re_entry": 0}
    for before, after in found:
        rows[_direction(before, after)] += 1
    return rows


def _direction(before: str | None, after: str) -> str:
    if before is None:
        return "first"
    if after == stages.RE_ENTRY:
        return "re_entry"
    order = {stage: n for n, stage in enumerate(stages.STAGES[:-1])}
    step = order[after] - order.get(before, order[after])
    return "forward" if step > 0 else "earlier" if step < 0 else "same"
