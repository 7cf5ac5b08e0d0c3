"""Reports that warn others: found, reviewed, merged, worded, released together, printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line, visible
from admin.strings import t
from bot.discreet import telling_words
from bot.escalation.calls import own_id
from bot.line import Line
from bot.reports import keeping, searching, sharing
from records.audit import note
from records.models import Report

bp = Blueprint("reports", __name__, url_prefix="/notes")
SHOWN = 100
LONGEST = 300
FIELDS = ("plate", "phone", "words")


@dataclass(frozen=True)
class Shown:
    """One report on the page. `telling` are words of the wording that no text may hold unasked."""

    id: int
    week: date
    state: str
    plate: Markup
    phone: Markup
    words: Markup
    worded: str
    telling: tuple[str, ...]
    is_released: bool
    police: str


@bp.get("")
@may(Permission.READ_CLIENTS)
def show() -> str:
    return _page({})


@bp.post("")
@may(Permission.READ_CLIENTS)
def search() -> str:
    """A search is a form, not an address: what is looked for stands in no log."""
    return _page({name: request.form.get(name, "")[:80] for name in FIELDS})


def _page(asked: dict[str, str]) -> str:
    line = the_line()
    with line.database.read() as session:
        found = searching.find(session, line, _today(line), **asked)
        open_ones = [one for one in found if one.state in ("new", "kept")]
        rows = [_shown(session, line, one) for one in open_ones[:SHOWN]]
    _note("read_reports")
    return render_template(
        "panel/reports.html", rows=rows, asked=asked, total=len(open_ones), longest=LONGEST
    )


def _shown(session: Session, line: Line, one: searching.Found) -> Shown:
    row = session.get_one(Report, one.id)
    worded = keeping.worded(line, row)
    return Shown(
        id=one.id,
        week=one.week,
        state=one.state,
        plate=visible(one.plate),
        phone=visible(one.phone),
        words=visible(one.words),
        worded=worded,
        telling=telling_words(worded),
        is_released=row.batch_id is not None,
        police=row.police_basis or "",
    )


@bp.post("/new")
@may(Permission.ANSWER_CLIENTS)
def add() -> Response:
    """A worker writes down what they were told by voice; whose report it is stands nowhere."""
    line = the_line()
    fields = {name: request.form.get(name, "").strip() for name in FIELDS}
    if any(fields.values()):
        with line.database.write() as session:
            keeping.file(session, line, fields, _today(line))
    flash(t("report.added" if any(fields.values()) else "report.empty"))
    return _back()


@bp.post("/<int:report_id>/word")
@may(Permission.ANSWER_CLIENTS)
def word(report_id: int) -> Response:
    line, words = the_line(), request.form.get("words", "").strip()[:LONGEST]
    with line.database.write() as session:
        row = _found(session, report_id)
        if words:
            keeping.set_words(line, row, words)
            _note_in(session, "report_worded", report_id)
    flash(t("report.worded" if words else "report.empty"))
    return _back()


@bp.post("/<int:report_id>/drop")
@may(Permission.ANSWER_CLIENTS)
def drop(report_id: int) -> Response:
    """Not for others: it goes now, with its words."""
    with the_line().database.write() as session:
        session.delete(_found(session, report_id))
        _note_in(session, "report_dropped", report_id)
    flash(t("report.dropped"))
    return _back()


@bp.post("/merge")
@may(Permission.ANSWER_CLIENTS)
def merge() -> Response:
    """Several reports of one person: the first stays, the others point to it."""
    ids = _chosen()
    with the_line().database.write() as session:
        rows = [_found(session, report_id) for report_id in ids]
        for row in rows[1:]:
            row.state, row.merged_into = "merged", rows[0].id
            _note_in(session, "report_merged", row.id)
    flash(t("report.merged" if len(rows) > 1 else "report.choose_two"))
    return _back()


@bp.post("/release")
@may(Permission.ANSWER_CLIENTS)
def release() -> Response:
    line = the_line()
    with line.database.write() as session:
        batch = sharing.release(session, line, _chosen(), viewer().id, line.now())
        told = batch.told if batch else None
    line.wake.now(is_urgent=False)
    flash(t("report.none_ready") if told is None else t("report.released", n=told))
    return _back()


@bp.post("/<int:report_id>/police")
@may(Permission.ANSWER_CLIENTS)
def police(report_id: int) -> Response:
    """Only on recorded consent, or on an order that a supervisor records."""
    line, basis = the_line(), request.form.get("basis", "")
    if basis == "order" and not viewer().may(Permission.LEGAL_HOLD):
        abort(404)
    try:
        with line.database.write() as session:
            row = _found(session, report_id)
            why = request.form.get("why", "")
            keeping.to_police(line, row, basis, why, viewer().id, line.now())
            _note_in(session, "report_to_police", report_id, basis)
    except ValueError:
        flash(t("report.police_why"))
        return _back()
    flash(t("report.police_kept"))
    return _back()


@bp.get("/sheet")
@may(Permission.READ_CLIENTS)
def sheet() -> str:
    """What was released and has not expired, on a page to print."""
    line = the_line()
    with line.database.read() as session:
        rows = session.scalars(
            select(Report)
            .where(Report.batch_id.is_not(None), Report.expires_on > _today(line))
            .order_by(Report.week.desc(), Report.id)
        ).all()
        notes = [(row.week, visible(keeping.worded(line, row))) for row in rows]
    _note("read_reports")
    return render_template("panel/report_sheet.html", notes=notes)


def _found(session: Session, report_id: int) -> Report:
    row = session.get(Report, report_id, with_for_update=True)
    if row is None or row.expires_on <= _today(the_line()):
        abort(404)
    return row


def _chosen() -> list[int]:
    given = map(own_id, request.form.getlist("chosen"))
    return [one for one in given if one is not None][:SHOWN]


def _today(line: Line) -> date:
    return line.local(line.now()).date()


def _note(act: str) -> None:
    with the_line().database.write() as session:
        note(session, the_line().now(), viewer().actor, act)


def _note_in(session: Session, act: str, report_id: int, detail: str | None = None) -> None:
    subject = f"report:{report_id}"
    note(session, the_line().now(), viewer().actor, act, subject=subject, detail=detail)


def _back() -> Response:
    return redirect(url_for("panel.reports.show"), 303)
