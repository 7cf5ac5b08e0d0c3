"""Data without names for an evaluator: asked by one person, allowed by another, written down."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import xlsxwriter
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin.access import may, names_of, serious, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.line import Line
from bot.outcomes import codebook, export
from records.audit import note
from records.models import ExportRequest

bp = Blueprint("exports", __name__, url_prefix="/exports")
LONGEST_PURPOSE = 300
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@may(Permission.SEE_OUTCOMES)
def index() -> str:
    return _page()


@bp.post("")
@may(Permission.SEE_OUTCOMES)
def ask() -> AnyResponse | tuple[str, int]:
    first, last = _month(request.form.get("first", "")), _month(request.form.get("last", ""))
    purpose = " ".join(request.form.get("purpose", "").split())
    if first is None or last is None or last < first or not 0 < len(purpose) <= LONGEST_PURPOSE:
        return _page("export.problem.form"), 422
    line = the_line()
    with line.database.write() as session:
        row = ExportRequest(
            purpose=purpose, from_on=first, until_on=last, asked_by=viewer().id,
            asked_at=line.now(), state="asked",
        )  # fmt: skip
        session.add(row)
        session.flush()
        note(session, line.now(), viewer().actor, "export_asked", subject=f"export:{row.id}")
    flash(t("export.asked"))
    return redirect(url_for("panel.exports.index"), 303)


@bp.post("/<public_id>")
@may(Permission.ALLOW_EXPORT)
@serious
def answer(public_id: str) -> AnyResponse | tuple[str, int]:
    """A named person allows or refuses; nobody answers their own wish."""
    line, state = the_line(), request.form.get("state", "")
    with line.database.write() as session:
        row = _found(session, public_id)
        is_own = row.asked_by == viewer().id
        if not is_own and state in ("allowed", "refused"):
            row.state, row.answered_by, row.answered_at = state, viewer().id, line.now()
            note(session, line.now(), viewer().actor, f"export_{state}", subject=f"export:{row.id}")
    if is_own:
        return _page("export.problem.own"), 422
    flash(t("plan.kept"))
    return redirect(url_for("panel.exports.index"), 303)


@bp.post("/<public_id>/file")
@may(Permission.SEE_OUTCOMES)
@serious
def file(public_id: str) -> Response:
    """The sheets as CSV in one archive, or as one workbook, each with its codebook."""
    line, is_workbook = the_line(), request.form.get("kind") == "xlsx"
    with line.database.write() as session:
        row = _found(session, public_id)
        if row.state != "allowed":
            abort(404)
        sheets = _taken(session, line, row, viewer().actor)
        name = f"export-{row.from_on:%Y-%m}-{row.until_on:%Y-%m}"
    body = _workbook(sheets) if is_workbook else _archive(sheets)
    kind = "xlsx" if is_workbook else "zip"
    answer = Response(body, mimetype=XLSX if is_workbook else "application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def archive_of(session: Session, line: Line, row: ExportRequest, actor: str) -> bytes:
    """The .zip of an allowed export; that it was taken stands in the audit."""
    return _archive(_taken(session, line, row, actor))


def _taken(session: Session, line: Line, row: ExportRequest, actor: str) -> dict[str, export.Sheet]:
    row.taken_at = line.now()
    note(session, line.now(), actor, "export_taken", subject=f"export:{row.id}")
    return export.rows(session, line, row, _key(line))


def _key(line: Line) -> bytes:
    # Stays with the program: made of its own index key, and never part of a file.
    return line.vault.index("evaluation", "person").encode()


def _archive(sheets: dict[str, export.Sheet]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("codebook.md", codebook.text())
        for name, sheet in sheets.items():
            archive.writestr(f"{name}.csv", export.as_csv(name, sheet))
    return out.getvalue()


def _workbook(sheets: dict[str, export.Sheet]) -> bytes:
    out = io.BytesIO()
    # Words stay words: nothing of a cell is taken for a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        for name, rows in export.cells(sheets):
            page = book.add_worksheet(name)
            for n, row in enumerate(rows):
                page.write_row(n, 0, row)
        page = book.add_worksheet("codebook")
        for n, words in enumerate(codebook.text().splitlines()):
            page.write_string(n, 0, words)
    return out.getvalue()


def _found(session: Session, public_id: str) -> ExportRequest:
    """Whoever may allow sees every wish, others only their own."""
    found = select(ExportRequest).where(ExportRequest.public_id == public_id)
    if not viewer().may(Permission.ALLOW_EXPORT):
        found = found.where(ExportRequest.asked_by == viewer().id)
    return session.scalar(found.with_for_update()) or abort(404)


def _page(problem: str | None = None) -> str:
    line = the_line()
    with line.database.read() as session:
        found = select(ExportRequest).order_by(ExportRequest.id.desc()).limit(100)
        if not viewer().may(Permission.ALLOW_EXPORT):
            found = found.where(ExportRequest.asked_by == viewer().id)
        rows = session.scalars(found).all()
        ids = {n for row in rows for n in (row.asked_by, row.answered_by) if n is not None}
        names = names_of(session, line, ids)
    return render_template("panel/exports.html", rows=rows, names=names, problem=problem)


def _month(written: str) -> date | None:
    try:
        return date.fromisoformat(f"{written}-01")
    except ValueError:
        return None
