"""The line's texts in English and Inuktitut side by side, for a speaker to mend and approve."""

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
A_PAGE = 40
#: Staff read these in English.
FOR_STAFF = "page."
_WORD = re.compile(r"[a-z&]+(?:'[a-z]+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Row:
    """One text as it stands: state is missing, draft or reviewed."""

    english: Entry
    roman: Entry | None
    syllabics: Entry | None
    state: str


def rows(line: Line) -> list[Row]:
    """Every text that clients read, in the order of the files."""
    return [
        row_of(line, entry)
        for entry in line.texts.entries("en")
        if not entry.id.startswith(FOR_STAFF)
    ]


def row_of(line: Line, english: Entry) -> Row:
    roman = line.texts.entry(english.id, revisions.ROMAN)
    state = "missing" if roman is None else "draft" if roman.is_draft else "reviewed"
    return Row(english, roman, line.texts.entry(english.id, revisions.SYLLABICS), state)


@bp.get("")
@may(Permission.REVIEW_TEXTS)
def index() -> str:
    """Texts of one state that hold what is looked for, a page of them at a time."""
    line, wanted = the_line(), request.args.get("state", "draft")
    words, start = request.args.get("find", "").strip(), request.args.get("from", 0, type=int)
    if wanted not in (*STATES, "all") or start < 0:
        abort(404)
    found = [row for row in rows(line) if _holds(row, words.casefold())]
    chosen = [row for row in found if wanted in (row.state, "all")]
    return render_template(
        "panel/wordings.html",
        rows=chosen[start : start + A_PAGE],
        counts={state: sum(row.state == state for row in found) for state in STATES},
        wanted=wanted,
        words=words,
        following=start + A_PAGE,
        left=len(chosen) - start - A_PAGE,
    )


def _holds(row: Row, words: str) -> bool:
    """Is this in the name of the text or in its wording, in either language or script?"""
    entries = (row.english, row.roman, row.syllabics)
    forms = " ".join(" ".join(entry.forms) for entry in entries if entry is not None)
    return words in f"{row.english.id} {forms}".casefold()


@bp.get("/one/<text_id>")
@may(Permission.REVIEW_TEXTS)
def show(text_id: str) -> str:
    return page_of(text_id)


def page_of(text_id: str, body: str | None = None, problems: tuple[str, ...] = ()) -> str:
    """One text with its words, its parts and its history; `body` is what was typed."""
    line = the_line()
    english = line.texts.entry(text_id, "en") or abort(404)
    row = row_of(line, english)
    with line.database.read() as session:
        history = session.scalars(
            select(TextVersion)
            .where(TextVersion.text_id == text_id)
            .order_by(TextVersion.number.desc())
        ).all()
        names = names_of(session, line, {one.staff_id for one in history})
    typed = body if body is not None else (row.roman.forms[0] if row.roman else "")
    return render_template(
        "panel/wording.html",
        row=row,
        typed=typed,
        signs=transliterate(typed, "Cans"),
        size=count(typed),
        size_signs=count(transliterate(typed, "Cans")),
        words=ledger.explain(_words(typed)),
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
    line, act = the_line(), request.form.get("act")
    if act not in ("draft", "approve", "look") or line.texts.entry(text_id, "en") is None:
        abort(404)
    body = revisions.in_roman(request.form.get("body", ""))
    found = revisions.problems(line.texts, text_id, body, approve=act == "approve")
    signed_as = " ".join(request.form.get("signed_as", "").split())[:60]
    if act == "approve" and not signed_as:
        found = (*found, "unsigned")
    if found or act == "look":
        return page_of(text_id, body, found), 422 if found else 200
    with line.database.write() as session:
        keep(session, line, viewer(), text_id, body, signed_as if act == "approve" else None)
    flash(t("wording.approved" if act == "approve" else "wording.kept"))
    return redirect(url_for("panel.wordings.show", text_id=text_id), 303)


def keep(
    session: Session, line: Line, who: Viewer, text_id: str, body: str, signed_as: str | None
) -> None:
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
    )
    act = "draft_text" if signed_as is None else "approve_text"
    note(session, now, who.actor, act, subject=f"text:{text_id}"[:48])
    causes = [f"text:{text_id}:{locale}"[:80] for locale in (revisions.ROMAN, revisions.SYLLABICS)]
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key.in_(causes), QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=who.id, outcome="mended")
        .execution_options(synchronize_session=False)
    )


@bp.get("/word")
@may(Permission.REVIEW_TEXTS)
def word() -> str:
    """One word changed once: every text that holds it is offered."""
    old, new = (" ".join(request.args.get(n, "").lower().split()) for n in ("old", "new"))
    found = _with_word(the_line(), old, new) if old and new and old != new else []
    return render_template("panel/wording_word.html", old=old, new=new, rows=found)


@bp.post("/word")
@may(Permission.REVIEW_TEXTS)
def change_word() -> Response:
    line = the_line()
    old, new = (" ".join(request.form.get(n, "").lower().split()) for n in ("old", "new"))
    chosen = set(request.form.getlist("text"))
    if not old or not new:
        abort(404)
    offered = [one for one in _with_word(line, old, new) if one[0].english.id in chosen]
    with line.database.write() as session:
        for row, body, found in offered:
            if not found:
                keep(session, line, viewer(), row.english.id, body, None)
    flash(t("wording.changed", n=sum(not found for _, _, found in offered)))
    return redirect(url_for("panel.wordings.index", state="draft"), 303)


def _with_word(line: Line, old: str, new: str) -> list[tuple[Row, str, tuple[str, ...]]]:
    whole = re.compile(rf"(?<![\w'&]){re.escape(old)}(?![\w'&])", re.IGNORECASE)
    changed = []
    for row in rows(line):
        if row.roman is not None and whole.search(row.roman.forms[0]):
            body = revisions.in_roman(whole.sub(lambda _: new, row.roman.forms[0]))
            found = revisions.problems(line.texts, row.english.id, body, approve=False)
            changed.append((row, body, found))
    return changed


def said(problem: str) -> str:
    """A problem in words for a person."""
    name, _, what = problem.partition(":")
    return t(f"wording.problem.{name}", what=what)
