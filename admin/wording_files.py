"""The texts as files: to print, to work on without the panel, and to bring back."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime, timedelta

from babel.messages.catalog import Catalog
from babel.messages.pofile import PoFileError, PoFileParser
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from admin.wordings import Row, keep, row_of, rows, said
from bot import revisions
from bot.locales import po
from bot.locales.derive import catalogue_text
from records.models import Message

bp = Blueprint("wording_files", __name__, url_prefix="/texts/files")
COLUMNS = ("text", "class", "state", "sent", "english", "roman", "syllabics", "better")
#: How far back it is counted how often each text was sent.
COUNTED = timedelta(days=90)
#: A spreadsheet program would run a cell that begins with one of these.
_RUNS = ("=", "+", "-", "@", "\t", "\r")
LARGEST_CELL = 2000
#: No language has more forms of a word; a file that names a milliard would have all memory filled.
MOST_PLURALS = 6


@bp.get("")
@may(Permission.REVIEW_TEXTS)
def show() -> str:
    return _page([], ())


@bp.get("/texts.csv")
@may(Permission.REVIEW_TEXTS)
def sheet() -> Response:
    """One line a text, the most sent first; a speaker writes into the last column."""
    line, made = the_line(), io.StringIO()
    with line.database.read() as session:
        sent = _sent(session, line.now() - COUNTED)
    writer = csv.writer(made)
    writer.writerow(COLUMNS)
    for row in sorted(rows(line), key=lambda row: -sent.get(row.english.id, 0)):
        roman = row.roman.forms[0] if row.roman else ""
        signs = row.syllabics.forms[0] if row.syllabics else ""
        english = " / ".join(row.english.forms)
        text_id, count = row.english.id, str(sent.get(row.english.id, 0))
        about = (text_id, row.english.text_class, row.state, count)
        writer.writerow([_harmless(cell) for cell in (*about, english, roman, signs, "")])
    # The mark at the beginning tells a spreadsheet program that syllabics follow.
    return _file("\ufeff" + made.getvalue(), "texts.csv", "text/csv")


@bp.get("/<locale>.po")
@may(Permission.REVIEW_TEXTS)
def catalogue(locale: str) -> Response:
    """The catalogue as it stands now, in the form of the files in the repository."""
    line = the_line()
    if locale not in (revisions.ROMAN, revisions.SYLLABICS):
        abort(404)
    text = catalogue_text(locale, line.texts.entries(locale))
    return _file(text, f"{locale}.po", "text/x-gettext-translation")


@bp.post("/bring")
@may(Permission.REVIEW_TEXTS)
def bring() -> tuple[str, int]:
    """Shows what a file would change; nothing is kept yet."""
    given = request.files.get("file")
    try:
        if given is None:
            raise ValueError(t("wording.no_file"))
        found = _read(given.filename or "", given.read())
    except ValueError as error:
        return _page([], (t("wording.problem.file", what=str(error)),)), 422
    changes, problems = _changes(found)
    if not changes and not problems:
        problems = (t("wording.nothing_new"),)
    return _page(changes, problems), 422 if problems else 200


@bp.post("/accept")
@may(Permission.REVIEW_TEXTS)
def accept() -> AnyResponse:
    """Keeps the chosen wordings as drafts: approving is done one by one, with a name."""
    line = the_line()
    chosen = {one: request.form.get(f"body.{one}", "") for one in request.form.getlist("text")}
    changes, _ = _changes(chosen)
    with line.database.write() as session:
        for row, body in changes:
            keep(session, line, viewer(), row.english.id, body, None)
    flash(t("wording.changed", n=len(changes)))
    return redirect(url_for("panel.wordings.index", state="draft"), 303)


def _sent(session: Session, since: datetime) -> dict[str, int]:
    found = session.execute(
        select(Message.text_id, func.count())
        .where(Message.text_id.is_not(None), Message.created_at >= since)
        .group_by(Message.text_id)
    )
    return {text_id: count for text_id, count in found if text_id is not None}


def _page(changes: list[tuple[Row, str]], problems: tuple[str, ...]) -> str:
    return render_template("panel/wording_files.html", changes=changes, problems=problems)


def _changes(found: Mapping[str, str]) -> tuple[list[tuple[Row, str]], tuple[str, ...]]:
    """The texts that would change, and what is wrong with others, each with its name."""
    line, changes, problems = the_line(), [], []
    for text_id, words in found.items():
        body = revisions.in_roman(words)
        english = line.texts.entry(text_id, "en")
        if english is None:
            problems.append(f"{text_id[:80]}: {said('unknown')}")
            continue
        row = row_of(line, english)
        if not body or (row.roman is not None and row.roman.forms[0] == body):
            continue
        wrong = revisions.problems(line.texts, text_id, body, approve=False)
        problems += [f"{text_id}: {said(one)}" for one in wrong]
        if not wrong:
            changes.append((row, body))
    return changes, tuple(problems)


def _read(name: str, content: bytes) -> dict[str, str]:
    """Text ids and what was written for them. Raises ValueError with what is wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(t("wording.not_utf8")) from None
    if name.endswith(".po"):
        try:
            catalog = _Brought(locale="iu")
            PoFileParser(catalog, abort_invalid=True).parse(io.StringIO(text))
        except (PoFileError, ValueError) as error:
            raise ValueError(str(error)[:200]) from None
        return {po.id_of(m): po.forms_of(m)[0][:LARGEST_CELL] for m in po.messages(catalog)}
    lines = csv.DictReader(io.StringIO(text))
    try:
        if not {"text", "better"} <= set(lines.fieldnames or ()):
            raise ValueError(t("wording.no_columns"))
        return {
            (line["text"] or ""): _plain(line["better"] or "")[:LARGEST_CELL]
            for line in lines
            if (line["better"] or "").strip()
        }
    except csv.Error as error:
        raise ValueError(str(error)) from None


class _Brought(Catalog):
    """A catalogue that somebody brings. `num_plurals` raises ValueError for a made-up number."""

    @property
    def num_plurals(self) -> int:
        found = super().num_plurals
        if not 0 < found <= MOST_PLURALS:
            raise ValueError(f"nplurals={found}")
        return found


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_RUNS) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_RUNS) else cell


def _file(text: str, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=kind, headers=headers)
