"""Brings a calendar that was kept elsewhere into ours; brought again, it changes what it made."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import dates, repeating
from bot.calendar.dates import Terms
from bot.calendar.reading import CHANGED, NEW, SAME, Found
from bot.calendar.rule import walls
from bot.line import Line
from records.models import Event, Occurrence


def compare(session: Session, found: list[Found]) -> list[Found]:
    """Each entry with what bringing it would do, by its UID."""
    return [replace(one, state=_state(_known(session, one.uid), one)) for one in found]


def bring(session: Session, line: Line, one: Found, kind: str, by: int, now: datetime) -> str:
    """Makes the event, or changes the one with this UID; what was done: new, changed, same.

    Whoever has a place at a date that moves is told, as by any other move. Raises ValueError.
    """
    event = _known(session, one.uid)
    state = _state(event, one)
    if event is None:
        made = dates.add_event(session, _terms(one, kind), by, now)
        made.external_uid = one.uid
        _exclude(session, made.id, one.excluded)
    elif state == CHANGED:
        dates.edit_event(session, line, event.id, _changed(event, one), by, now)
        if (event.first_wall, event.rule) != (one.first_wall, one.rule):
            _move(session, line, event, one, by, now)
    return state


def _known(session: Session, uid: str) -> Event | None:
    return session.scalar(select(Event).where(Event.external_uid == uid))


def _state(event: Event | None, one: Found) -> str:
    if event is None:
        return NEW
    kept = (event.name, event.place, event.minutes, event.first_wall, event.rule)
    given = (one.name, one.place, one.minutes, one.first_wall, one.rule)
    return SAME if kept == given else CHANGED


def _terms(one: Found, kind: str) -> Terms:
    return Terms(
        kind=kind, name=one.name, first_wall=one.first_wall, rule=one.rule, place=one.place,
        minutes=one.minutes, zone=one.zone, is_offered=False,
    )  # fmt: skip


def _changed(event: Event, one: Found) -> Terms:
    """What is kept here of an event, with the other calendar's name, place and length."""
    kept = (
        *("capacity", "reminder_plan", "has_food", "has_ride", "has_child_care"),
        *("is_walk_in", "is_offered", "on_holidays"),
    )
    terms = replace(_terms(one, event.kind), zone=event.zone)
    return replace(terms, **{name: getattr(event, name) for name in kept})


def _move(session: Session, line: Line, event: Event, one: Found, by: int, now: datetime) -> None:
    coming = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.event_id == event.id,
            Occurrence.starts_at > now,
            Occurrence.state == "planned",
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    ).all()
    if one.rule is None:
        event.first_wall = one.first_wall
        for row in coming[:1]:
            dates.move(session, line, row.id, one.first_wall, by, now)
        return
    local = now.astimezone(ZoneInfo(event.zone)).replace(tzinfo=None)
    ahead = walls(one.rule, one.first_wall, local, local + repeating.HORIZON)
    if ahead and coming:
        repeating.move_series(
            session, line, event.id, coming[0].wall, ahead[0], by, now, rule=one.rule
        )
    event.first_wall, event.rule = one.first_wall, one.rule


def _exclude(session: Session, event_id: int, excluded: tuple[str, ...]) -> None:
    """Dates that the other calendar had taken out stand as called off; nobody has a place yet."""
    rows = session.scalars(
        select(Occurrence).where(Occurrence.event_id == event_id, Occurrence.wall.in_(excluded))
    )
    for row in rows:
        row.state, row.reason = "cancelled", "other"
