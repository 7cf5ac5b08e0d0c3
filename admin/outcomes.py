"""What came of the program, month by month: pictures with their tables, fit to be printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import languages_with
from bot.outcomes import reports
from bot.outcomes.suppress import LIMIT, TOTAL
from records.models import ReportRelease

bp = Blueprint("outcomes", __name__, url_prefix="/outcomes")
#: The picture: a bar a row, the longest this wide.
WIDEST, BAR = 200, 20
#: The line over time: a column a month, this high.
COLUMN, HEIGHT = 22, 60
OVER_TIME = ("reach", "attended", "check_in", "urgent")


@dataclass(frozen=True)
class Bar:
    """One row of a table. `width` is its bar; `number` None where it is left out."""

    row: str
    number: int | None
    width: int


@bp.get("")
@may(Permission.SEE_OUTCOMES)
def show() -> str:
    return _page()


@bp.post("")
@may(Permission.MAKE_REPORTS)
def make() -> Response | tuple[str, int]:
    """Makes the report of a span of months; it goes out once and stays as it is."""
    line, given = the_line(), request.form
    first, last = _month(given.get("first")), _month(given.get("last"))
    audience = given.get("audience", "")
    if first is None or last is None:
        return _page("outcomes.problem.months"), 422
    try:
        with line.database.write() as session:
            reports.publish(session, line, first, last, audience, viewer().id, line.now())
    except reports.PeriodError as error:
        return _page(str(error)), 422
    return redirect(
        url_for("panel.outcomes.report", audience=audience, span=f"{first:%Y-%m}_{last:%Y-%m}"), 303
    )


@bp.get("/<audience>/<span>")
@may(Permission.SEE_OUTCOMES)
def report(audience: str, span: str) -> str:
    """One report that went out, in the reader's language or another one ("?lang=fr")."""
    written = languages_with("outcomes.total")
    if request.args.get("lang") in written:
        g.panel_locale = request.args["lang"]
    first, last = (_month(part) for part in (span.split("_") + [""])[:2])
    with the_line().database.read() as session:
        row = session.scalar(
            select(ReportRelease).where(
                ReportRelease.first_on == first,
                ReportRelease.last_on == last,
                ReportRelease.audience == audience,
            )
        ) or abort(404)
        found = reports.of_row(row)
    return render_template(
        "panel/summary.html", report=found, bars=_bars(found), limit=LIMIT[audience], total=TOTAL,
        others=sorted(written - {g.panel_locale}), widest=WIDEST, bar=BAR,
    )  # fmt: skip


def _page(problem: str | None = None) -> str:
    line, audience = the_line(), request.args.get("audience", "funder")
    with line.database.read() as session:
        rows = session.scalars(
            select(ReportRelease).order_by(
                ReportRelease.last_on.desc(), ReportRelease.first_on, ReportRelease.id
            )
        ).all()
        months = reports.made(session, audience if audience in LIMIT else "funder")
    last_month = line.local(line.now()).date().replace(day=1) - timedelta(days=1)
    return render_template(
        "panel/outcomes.html", rows=rows, problem=problem, audiences=sorted(LIMIT),
        newest=f"{last_month:%Y-%m}", over_time=_over_time(months), column=COLUMN, height=HEIGHT,
        months=months, total=TOTAL,
    )  # fmt: skip


def _bars(found: reports.Report) -> dict[str, list[Bar]]:
    bars = {}
    for name, rows in found.tables.items():
        most = max((n for row, n in rows.items() if n and row != TOTAL), default=1)
        bars[name] = [
            Bar(row, number, WIDEST * (number or 0) // most) for row, number in rows.items()
        ]
    return bars


def _over_time(months: list[reports.Report]) -> dict[str, list[list[tuple[int, int]]]]:
    """Points of each table's total, in runs: a number that is left out leaves a gap."""
    lines = {}
    for name in OVER_TIME:
        totals = [month.tables.get(name, {}).get(TOTAL) for month in months]
        most = max((n for n in totals if n), default=1)
        runs: list[list[tuple[int, int]]] = [[]]
        for n, number in enumerate(totals):
            if number is None:
                runs.append([])
            else:
                runs[-1].append((COLUMN * n + 8, HEIGHT - HEIGHT * number // most + 8))
        lines[name] = [run for run in runs if run]
    return lines


def _month(written: str | None) -> date | None:
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
