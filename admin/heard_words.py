"""Words that clients text and the line did not know: staff say what they mean."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t, t_or
from bot.language.fold import fold
from bot.revisions import NUMBERS
from bot.vocabulary import FLOW, MEANINGS, is_taken
from records.audit import note
from records.counters import following
from records.models import HeardWord

bp = Blueprint("heard_words", __name__, url_prefix="/words")
LONGEST = 80


@bp.get("")
@may(Permission.ADD_WORDS)
def show() -> str:
    line = the_line()
    with line.database.read() as session:
        found = session.scalars(
            select(HeardWord)
            .where(HeardWord.withdrawn_at.is_(None))
            .order_by(HeardWord.number.desc())
        ).all()
        names = names_of(session, line, {row.staff_id for row in found})
    return render_template(
        "panel/heard_words.html",
        rows=found,
        names=names,
        meanings=[(name, meaning(name)) for name in MEANINGS],
        meaning=meaning,
        typed=request.args.get("word", "")[:LONGEST],
    )


@bp.post("")
@may(Permission.ADD_WORDS)
def add() -> Response:
    word = " ".join(request.form.get("word", "").split())
    means, dialect = request.form.get("means", ""), request.form.get("dialect", "").strip()[:60]
    trouble = _trouble(word, means)
    if trouble is None and not _keep(word, means, dialect):
        trouble = "taken"
    flash(t(f"heard.{trouble or 'added'}", word=word[:LONGEST]))
    return redirect(url_for("panel.heard_words.show"), 303)


@bp.post("/<int:number>/withdraw")
@may(Permission.ADD_WORDS)
def withdraw(number: int) -> Response:
    line = the_line()
    with line.database.write() as session:
        row = session.scalar(
            select(HeardWord).where(HeardWord.number == number, HeardWord.withdrawn_at.is_(None))
        ) or abort(404)
        row.withdrawn_at, row.withdrawn_by = line.now(), viewer().id
        following(session, NUMBERS)  # every process looks again
        note(session, line.now(), viewer().actor, "withdraw_word", subject=f"word:{row.number}")
    flash(t("heard.withdrawn"))
    return redirect(url_for("panel.heard_words.show"), 303)


def meaning(name: str) -> str:
    """A meaning in words for a person."""
    flow = name.removeprefix(FLOW)
    if flow == name:
        return t_or(f"meaning.{name}", name)
    return t("meaning.asks_for", what=t_or(f"flow.{flow}", flow.replace("_", " ")))


def _trouble(word: str, means: str) -> str | None:
    if not word or len(word) > LONGEST or len(word.split()) > 3 or not fold(word):
        return "one_word"
    if means not in MEANINGS:
        return "no_meaning"
    return "taken" if is_taken(word) else None


def _keep(word: str, means: str, dialect: str) -> bool:
    line = the_line()
    try:
        with line.database.write() as session:
            number = following(session, NUMBERS)
            session.add(
                HeardWord(
                    number=number,
                    word=word,
                    folded=fold(word),
                    means=means,
                    dialect=dialect,
                    staff_id=viewer().id,
                    added_at=line.now(),
                )
            )
            note(session, line.now(), viewer().actor, "add_word", subject=f"word:{number}")
    except IntegrityError:
        return False  # somebody has explained it already
    return True
