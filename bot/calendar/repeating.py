"""Makes the dates of what repeats, some months ahead, and changes a whole series at once."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar import again
from bot.calendar.rule import LONGEST_RULE, RuleError, check, instant_of, local_of, wall_of, walls
from bot.due import apart
from bot.line import Line
from bot.reminders import changes
from records.audit import note
from records.ids import new_id
from records.models import Event, Holiday, Occurrence

#: Dates are rows so far ahead; a text offers the next few, a worker sees the quarter.
HORIZON = timedelta(days=92)


def run(line: Line, now: datetime) -> None:
    """Makes what has come within the horizon since the last time; a series that fails holds up no
    other."""
    with line.database.read() as session:
        found = session.scalars(
            select(Event.id).where(Event.rule.is_not(None), Event.ended_at.is_(None))
        ).all()
    for event_id in found:
        with apart(line, event_id, now, "series_failed"), line.database.write() as session:
            event = session.scalars(
                select(Event).where(Event.id == event_id).with_for_update()
            ).one()
            make_dates(session, event, now)


def make_dates(session: Session, event: Event, now: datetime, until: datetime | None = None) -> int:
    """Makes the missing dates of a series up to the horizon, or to the wall time `until`; how
    many. The caller holds the event's row. A date on a holiday is made as one that is off, so
    that it is seen to be."""
    if not event.rule or event.first_wall is None or event.ended_at is not None:
        return 0
    zone = ZoneInfo(event.zone)
    after = now.astimezone(zone).replace(tzinfo=None)
    have = set(
        session.scalars(
            select(Occurrence.wall).where(
                Occurrence.event_id == event.id, Occurrence.wall >= wall_of(after)
            )
        )
    )
    off = set(session.scalars(select(Holiday.day))) if not event.on_holidays else set()
    made = 0
    for wall in walls(event.rule, event.first_wall, after, until or after + HORIZON):
        if wall not in have:
            session.add(_date(event, wall, zone, is_off=local_of(wall).date() in off))
            made += 1
    session.flush()
    return made


def move_series(
    session: Session, line: Line, event_id: int, from_wall: str, to_wall: str, by: int,
    now: datetime, *, rule: str | None = None,
) -> Event:  # fmt: skip
    """From the date `from_wall` on the series takes place from `to_wall` on, by its old rule or
    a new one. Each coming date moves to the next one of the new series, with its people, who
    are told once; what is left over is called off. Raises ValueError, RuleError.
    """
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update()).one()
    new_rule = rule or event.rule
    if not new_rule:
        raise ValueError("this event does not repeat: move its date")
    zone = ZoneInfo(event.zone)
    check(new_rule, to_wall)
    if instant_of(to_wall, zone) <= now:
        raise ValueError("a date cannot be moved into the past")
    old = _from(session, event_id, from_wall, now)
    coming = _free_walls(session, event_id, old, new_rule, to_wall)
    event.rule, event.first_wall = new_rule, to_wall
    _leave_names(session, old)
    for row, wall in zip(old, coming, strict=False):
        length = row.ends_at - row.starts_at
        row.wall, row.starts_at = wall, instant_of(wall, zone)
        row.ends_at, row.reason = row.starts_at + length, None
        changes.changed(session, line, row, event, now)
    for row in old[len(coming) :]:
        _call_off(session, line, row, event, "other", now)
    make_dates(session, event, now)
    note(session, now, f"staff:{by}", "series_moved", subject=f"event:{event_id}")
    return event


def _free_walls(
    session: Session, event_id: int, old: list[Occurrence], rule: str, to_wall: str
) -> list[str]:
    """Where the new series takes place and none of the dates that stay does. Raises RuleError."""
    first = local_of(to_wall)
    coming = walls(rule, to_wall, first - timedelta(days=1), first + HORIZON)
    if not coming or coming[0] != to_wall:
        raise RuleError("the rule does not begin on its own first date")
    others = Occurrence.id.not_in([row.id for row in old])
    taken = set(
        session.scalars(select(Occurrence.wall).where(Occurrence.event_id == event_id, others))
    )
    return [wall for wall in coming if wall not in taken]


def end_series(
    session: Session, line: Line, event_id: int, from_wall: str, reason: str, by: int, now: datetime
) -> Event:
    """The series ends before the date `from_wall`: that and all later ones are called off."""
    event = session.scalars(select(Event).where(Event.id == event_id).with_for_update()).one()
    for row in _from(session, event_id, from_wall, now):
        _call_off(session, line, row, event, reason, now)
    _end_rule(session, event, local_of(from_wall) - timedelta(minutes=1), now)
    if not any(True for _ in _from(session, event_id, "", now)):
        event.ended_at = now
    note(session, now, f"staff:{by}", "series_ended", subject=f"event:{event_id}", detail=reason)
    return event


def _end_rule(session: Session, event: Event, last: datetime, now: datetime) -> None:
    """No date comes after the wall time `last`. A rule so long that its end has no room in it is
    let go: the dates until then are rows, and none is made any more."""
    if not event.rule:
        return
    kept = [p for p in event.rule.split(";") if not p.upper().startswith(("UNTIL", "COUNT"))]
    ended = ";".join([*kept, f"UNTIL={last:%Y%m%dT%H%M%S}"])
    if len(ended) > LONGEST_RULE:
        make_dates(session, event, now, last)
    event.rule = ended if len(ended) <= LONGEST_RULE else None


def set_holiday(
    session: Session, line: Line, day: date, name: str, by: int, now: datetime
) -> list[Occurrence]:
    """A day on which nothing takes place but what says otherwise; the dates called off by it."""
    holiday = session.get(Holiday, day)
    if holiday is None:
        session.add(Holiday(day=day, name=name))
    else:
        holiday.name = name
    gone = []
    for row, event in _on(session, day, "planned", now):
        if not event.on_holidays:
            _call_off(session, line, row, event, "holiday", now)
            gone.append(row)
    note(session, now, f"staff:{by}", "holiday_set", subject=f"day:{day}")
    return gone


def drop_holiday(session: Session, line: Line, day: date, by: int, now: datetime) -> None:
    """It is a day like any other: its dates take place, and who had a place has it again."""
    holiday = session.get(Holiday, day)
    if holiday is not None:
        session.delete(holiday)
    for row, event in _on(session, day, "cancelled", now):
        if row.reason == "holiday":
            again.bring_back(session, line, row, event, now)
    note(session, now, f"staff:{by}", "holiday_dropped", subject=f"day:{day}")


def _from(session: Session, event_id: int, from_wall: str, now: datetime) -> list[Occurrence]:
    found = session.scalars(
        select(Occurrence)
        .where(
            Occurrence.event_id == event_id,
            Occurrence.wall >= from_wall,
            Occurrence.starts_at > now,
            Occurrence.state == "planned",
        )
        .order_by(Occurrence.id)
        .with_for_update()
    )
    return sorted(found, key=lambda row: row.wall)


def _leave_names(session: Session, rows: list[Occurrence]) -> None:
    """Moved one week on, each date takes the name that the next one still has: all let go of
    theirs first. What is left over in the end keeps this one, made of its own id: no date of an
    earlier move has the same."""
    for row in rows:
        row.wall = "~" + urlsafe_b64encode(row.id.to_bytes(8)).rstrip(b"=").decode()
    session.flush()


def _on(session: Session, day: date, state: str, now: datetime) -> list[tuple[Occurrence, Event]]:
    """Dates that fall on that day of their own zone's calendar and have not begun."""
    found = session.execute(
        select(Occurrence, Event)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.state == state, Occurrence.starts_at > now)
        .order_by(Occurrence.id)
        .with_for_update(of=Occurrence)
    )
    return [
        (row, event)
        for row, event in found
        if row.starts_at.astimezone(ZoneInfo(event.zone)).date() == day
    ]


def _call_off(
    session: Session, line: Line, row: Occurrence, event: Event, reason: str, now: datetime
) -> None:
    row.state, row.reason = "cancelled", reason
    changes.changed(session, line, row, event, now)


def _date(event: Event, wall: str, zone: ZoneInfo, *, is_off: bool) -> Occurrence:
    starts = instant_of(wall, zone)
    return Occurrence(
        id=new_id(), event_id=event.id, wall=wall, starts_at=starts,
        ends_at=starts + timedelta(minutes=event.minutes),
        state="cancelled" if is_off else "planned", reason="holiday" if is_off else None,
        revision=0,
    )  # fmt: skip
