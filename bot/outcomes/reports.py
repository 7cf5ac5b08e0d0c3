"""A report of whole months as it goes out: counted, made safe against all earlier ones, kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar.rule import instant
from bot.line import Line
from bot.outcomes import tables
from bot.outcomes.suppress import LIMIT, TOTAL, Key, Release, month_after, release
from records.audit import note
from records.errors import MendableError
from records.models import ReportRelease

#: Tables whose rows are not parts of one whole have no total.
NO_TOTAL = ("source",)
MOST_MONTHS = 24
#: Why a number is left out, for later comparisons only.
SMALL, BLANK = "small", "blank"


class PeriodError(MendableError):
    """A report was asked for months that cannot be reported."""


@dataclass(frozen=True)
class Report:
    """Tables by name, each rows to numbers; None where a number is left out."""

    first: date
    last: date
    audience: str
    tables: dict[str, dict[str, int | None]]


def publish(
    session: Session, line: Line, first: date, last: date, audience: str, by: int, now: datetime
) -> Report:
    """The report of the months from `first` to `last` (first days) for "funder" or "public".

    It goes out once: asked for again it is what it was. Raises PeriodError for months that are
    not over, none or too many.
    """
    _check(line, first, last, audience, now)
    row = session.scalar(
        select(ReportRelease).where(
            ReportRelease.first_on == first,
            ReportRelease.last_on == last,
            ReportRelease.audience == audience,
        )
    )
    if row is None:
        earlier = [release_of(one) for one in session.scalars(select(ReportRelease))]
        out = release(_counts(session, line, first, last), LIMIT[audience], earlier)
        row = ReportRelease(
            first_on=first, last_on=last, audience=audience, made_by=by, made_at=now,
            numbers=[
                [key.table, key.row, number, _why(out, key)]
                for key, number in out.numbers.items()
            ],
        )  # fmt: skip
        session.add(row)
        detail = f"{audience}:{first:%Y-%m}:{last:%Y-%m}"
        note(session, now, f"staff:{by}", "report_made", detail=detail)
    return of_row(row)


def _check(line: Line, first: date, last: date, audience: str, now: datetime) -> None:
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if audience not in LIMIT or first.day != 1 or last.day != 1 or not 0 < months <= MOST_MONTHS:
        raise PeriodError("outcomes.problem.months")
    if month_after(last) > line.local(now).date():
        raise PeriodError("outcomes.problem.not_over")


def _counts(session: Session, line: Line, first: date, last: date) -> dict[Key, int]:
    until = month_after(last)
    starts, ends = (instant(datetime.combine(d, time()), line.config.zone) for d in (first, until))
    found = {}
    for name, rows in tables.count(session, starts, ends, first, until).items():
        for row, number in rows.items():
            found[Key(name, row, first, last)] = number
        if name not in NO_TOTAL:
            found[Key(name, TOTAL, first, last)] = sum(rows.values())
    return found


def release_of(row: ReportRelease) -> Release:
    """A kept report as what `suppress` compares."""
    out = Release(LIMIT[row.audience])
    for table, name, number, why in row.numbers:
        key = Key(table, name, row.first_on, row.last_on)
        out.numbers[key] = number
        if why:
            (out.small if why == SMALL else out.blank).add(key)
    return out


def _why(out: Release, key: Key) -> str:
    return SMALL if key in out.small else BLANK if key in out.blank else ""


def of_row(row: ReportRelease) -> Report:
    """A kept report as tables."""
    found: dict[str, dict[str, int | None]] = {}
    for table, name, number, _ in row.numbers:
        found.setdefault(table, {})[name] = number
    return Report(row.first_on, row.last_on, row.audience, found)


def made(session: Session, audience: str) -> list[Report]:
    """Every report of one month that went out to this audience, the oldest first."""
    rows = session.scalars(
        select(ReportRelease)
        .where(ReportRelease.audience == audience, ReportRelease.first_on == ReportRelease.last_on)
        .order_by(ReportRelease.first_on)
    )
    return [of_row(row) for row in rows]
