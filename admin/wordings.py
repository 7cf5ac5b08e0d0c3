"""The line's texts beside their English, Inuktitut or French, for a speaker to mend and approve."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin.access import Viewer, may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import revisions
from bot.language.segments import count
from bot.language.transliterate import transliterate
from bot.line import Line
from bot.locales import ledger
from bot.locales.po import PLACE, Entry
from records.audit import note
from records.models import QueueItem, TextVersion

bp = Blueprint("wordings", __name__, url_prefix="/texts")
STATES = ("missing", "draft", "reviewed")
#: Staff read these in English.
FOR_STAFF = "page."
_WORD = re.compile(r"[a-z&]+(?:'[a-z]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One text as it stands: state is missing, draft or reviewed. `own`: Inuktitut in roman
    letters, which `syllabics` follow, or French."""

    english: Entry
    own: Entry | None
    syllabics: Entry | None
    state: str


def chosen() -> str:
    """The language that is read: iu unless the page or the form says fr."""
    language = request.values.get("language", "iu")
    return language if language in revisions.WRITTEN else abort(404)


def rows(line: Line, language: str) -> list[Row]:
    """Every text that clients read, in the order of the files."""
    return [
        row_of(line, entry, language)
        for entry in line.texts.entries("en")
        if not entry.id.startswith(FOR_STAFF)
    ]


def row_of(line: Line, english: Entry, language: str) -> Row:
    own = line.texts.entry(english.id, revisions.WRITTEN[language])
    state = "missing" if own is None else "draft" if own.is_draft else "reviewed"
    signs = line.texts.entry(english.id, revisions.SYLLABICS) if language == "iu" else None
    return Row(english, own, signs, state)


@bp.get("")
@may(Permission.REVIEW_TEXTS)
def index() -> str:
    line, language, wanted = the_line(), chosen(), request.args.get("state", "draft")
    if wanted not in (*STATES, "all"):
        abort(404)
    found = rows(line, language)
    return render_template(
        "panel/wordings.html",
        rows=[row for row in found if wanted in (row.state, "all")],
        counts={state: sum(row.state == state for row in found) for state in STATES},
        wanted=wanted,
        language=language,
        languages=tuple(revisions.WRITTEN),
    )


@bp.get("/one/<text_id>")
@may(Permission.REVIEW_TEXTS)
def show(text_id: str) -> str:
    return page_of(text_id)


def page_of(text_id: str, body: str | None = None, problems: tuple[str, ...] = ()) -> str:
    """One text with its words, its parts and its history; `body` is what was typed."""
    line, language = the_line(), chosen()
    english = line.texts.entry(text_id, "en") or abort(404)
    row = row_of(line, english, language)
    with line.database.read() as session:
        history = session.scalars(
            select(TextVersion)
            .where(TextVersion.text_id == text_id, TextVersion.language == language)
            .order_by(TextVersion.number.desc())
        ).all()
        names = names_of(session, line, {one.staff_id for one in history})
    typed = body if body is not None else (row.own.forms[0] if row.own else "")
    signs = transliterate(typed, "Cans") if language == "iu" else ""
    return render_template(
        "panel/wording.html",
        row=row,
        language=language,
        typed=typed,
        signs=signs,
        size=count(typed),
        size_signs=count(signs),
        words=ledger.explain(_words(typed)) if language == "iu" else (),
        history=history,
        names=names,
        problems=[said(problem) for problem in problems],
    )


def _words(body: str) -> list[str]:
    """The Inuktitut words of a text: no places, no keywords in capitals."""
    found = _WORD.findall(PLACE.sub(" ", body))
    return [word.lower() for word in found if not word.isupper()]


@bp.post("/one/<text_id>")
@may(Permission.REVIEW_TEXTS)
def save(text_id: str) -> Response | tuple[str, int]:
    """Keeps a wording as a draft, approves it, or takes an approval back."""
    line, language, act = the_line(), chosen(), request.form.get("act")
    if act not in ("draft", "approve", "look") or line.texts.entry(text_id, "en") is None:
        abort(404)
    body = revisions.as_kept(request.form.get("body", ""), language)
    found = revisions.problems(
        line.texts, text_id, body, approve=act == "approve", language=language
    )
    signed_as = " ".join(request.form.get("signed_as", "").split())[:60]
    if act == "approve" and not signed_as:
        found = (*found, "unsigned")
    if found or act == "look":
        return page_of(text_id, body, found), 422 if found else 200
    with line.database.write() as session:
        signed = signed_as if act == "approve" else None
        keep(session, line, viewer(), text_id, body, signed, language)
    flash(t("wording.approved" if act == "approve" else "wording.kept"))
    return redirect(url_for("panel.wordings.show", text_id=text_id, language=language), 303)


def keep(
    session: Session, line: Line, who: Viewer, text_id: str, body: str, signed_as: str | None,
    language: str,
) -> None:  # fmt: skip
    """One new wording, approved when it is signed; tasks that asked for it are done."""
    now = line.now()
    revisions.add_version(
        session,
        line,
        text_id,
        body,
        approve=signed_as is not None,
        staff_id=who.id,
        signed_as=signed_as or "",
        now=now,
        language=language,
    )
    act = "draft_text" if signed_as is None else "approve_text"
    note(session, now, who.actor, act, subject=f"text:{text_id}"[:48])
    locales = [revisions.WRITTEN[language], *([revisions.SYLLABICS] if language == "iu" else [])]
    causes = [f"text:{text_id}:{locale}"[:80] for locale in locales]
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key.in_(causes), QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=who.id, outcome="mended")
        .execution_options(synchronize_session=False)
    )


def said(problem: str) -> str:
    """A problem in words for a person."""
    name, _, what = problem.partition(":")
    return t(f"wording.problem.{name}", what=what)
