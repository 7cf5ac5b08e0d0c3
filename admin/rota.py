"""The rota: who is on call on each day ahead, where nobody is, and who asks for a swap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.access import Viewer, may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from bot.calendar.rule import instant
from bot.escalation import roster
from bot.escalation.planning import AHEAD
from bot.escalation.rota import Rota, gaps, stretches
from bot.line import Line
from records.audit import note
from records.models import Override, Swap
from records.models.rota import REASONS, SLOTS

bp = Blueprint("rota", __name__, url_prefix="/rota")
WEEK, DAY = 7, timedelta(days=1)
#: Weeks ahead that can be looked at.
WEEKS = 9


@dataclass(frozen=True)
class Stretch:
    """Part of one day: wall times "09:00" to "24:00", and who has it; empty for nobody."""

    begin: str
    end: str
    name: str

    @property
    def is_whole_day(self) -> bool:
        return (self.begin, self.end) == ("00:00", "24:00")


@dataclass(frozen=True)
class Day:
    """One day of the week view: for each slot who has it when."""

    day: date
    slots: dict[str, list[Stretch]]


@bp.get("")
@may(Permission.SEE_ROTA)
def show() -> str:
    return page()


def page(problem: str | None = None) -> str:
    """The whole page; `problem` names what could not be entered."""
    line, now = the_line(), the_line().now()
    week = min(max(request.args.get("week", 0, type=int), 0), WEEKS - 1)
    with line.database.write() as session:
        note(session, now, viewer().actor, "read_rota")
    with line.database.read() as session:
        found = roster.load(session, line, now)
        names = names_of(session, line, _mentioned(found))
        days = week_of(line, found, names, line.local(now).date() + week * WEEK * DAY)
        swaps = waiting(session, viewer(), now)
    return render_template(
        "panel/rota.html",
        problem=problem,
        days=days,
        week=week,
        weeks=WEEKS,
        gaps=gaps(found, now, now + AHEAD),
        rota=found,
        names=names,
        people=[(one, names[one]) for one in found.people],
        swaps=swaps,
        overrides=_coming(found, now),
        slots=SLOTS,
        reasons=REASONS,
        today=line.local(now).date(),
        can_edit=viewer().may(Permission.EDIT_ROTA),
        is_on_rota=viewer().id in found.people,
        now=now,
        clock=clock,
    )


def week_of(line: Line, found: Rota, names: dict[int, str], first: date) -> list[Day]:
    """Seven days from `first`, each cut at its midnights."""
    return [
        Day(day, {slot: list(_cut(line, found, names, slot, day)) for slot in SLOTS})
        for day in (first + n * DAY for n in range(WEEK))
    ]


def _cut(line: Line, found: Rota, names: dict[int, str], slot: str, day: date) -> Iterable[Stretch]:
    begin, end = (
        instant(datetime.combine(one, time.min), line.config.zone) for one in (day, day + DAY)
    )
    for start, stop, holder in stretches(found, slot, begin, end):
        until = "24:00" if stop == end else f"{line.local(stop):%H:%M}"
        yield Stretch(f"{line.local(start):%H:%M}", until, names.get(holder or 0, ""))


def clock(minutes: int) -> str:
    """Minutes after midnight as a wall time."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def waiting(session: Session, viewer: Viewer, now: datetime) -> list[Swap]:
    """Swaps without an answer: a person's own, or all for whoever makes the rota."""
    rows = session.scalars(
        select(Swap)
        .where(Swap.accepted_at.is_(None), Swap.declined_at.is_(None), Swap.ends_at > now)
        .order_by(Swap.starts_at, Swap.id)
    )
    everyone = viewer.may(Permission.EDIT_ROTA)
    return [row for row in rows if everyone or viewer.id in (row.from_staff_id, row.to_staff_id)]


def _coming(found: Rota, now: datetime) -> list[Override]:
    rows = [row for row in found.overrides if row.withdrawn_at is None and row.ends_at > now]
    return sorted(rows, key=lambda row: (row.starts_at, row.id))


def _mentioned(found: Rota) -> set[int]:
    ids = {*found.people, *(row.staff_id for row in found.shifts)}
    ids |= {row.staff_id for row in found.overrides}
    ids |= {one for turns in found.rotations for one in turns.members}
    return ids | {one for row in found.swaps for one in (row.from_staff_id, row.to_staff_id)}
