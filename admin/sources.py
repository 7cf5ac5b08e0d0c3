"""Neutral words for cards: by its word we know where somebody heard of the line."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.outreach import is_word
from records.audit import note
from records.models import Reached, Source

bp = Blueprint("sources", __name__, url_prefix="/sources")
LONGEST_PLACE = 80


@bp.get("")
@may(Permission.READ_CLIENTS)
def index() -> str:
    return _page()


@bp.post("")
@may(Permission.ANSWER_CLIENTS)
def add() -> Response | tuple[str, int]:
    line, word = the_line(), request.form.get("word", "").strip().casefold()
    place = " ".join(request.form.get("place", "").split())
    if not 0 < len(place) <= LONGEST_PLACE or not is_word(line, word):
        return _page("source.problem"), 422
    with line.database.write() as session:
        if session.scalar(select(Source.id).where(Source.word == word)) is not None:
            taken = True
        else:
            taken = False
            row = Source(word=word, place=place, made_by=viewer().id, made_at=line.now())
            session.add(row)
            session.flush()
            note(session, line.now(), viewer().actor, "source_added", subject=f"source:{row.id}")
    if taken:
        return _page("source.problem"), 422
    flash(t("plan.kept"))
    return redirect(url_for("panel.sources.index"), 303)


@bp.get("/<word>/card")
@may(Permission.READ_CLIENTS)
def card(word: str) -> str:
    """A card to print or to show: the client's own phone texts the word, nobody types a number."""
    with the_line().database.read() as session:
        row = session.scalar(select(Source).where(Source.word == word)) or abort(404)
    number = the_line().config.sender
    code = segno.make(f"sms:{number}?body={row.word}", micro=False)
    picture = Markup(code.svg_inline(scale=5, border=2))  # noqa: S704 - drawn from a checked word
    return render_template("panel/card.html", source=row, number=number, picture=picture)


def _page(problem: str | None = None) -> str:
    with the_line().database.read() as session:
        counts = (
            select(Reached.source_id, func.count().label("n"))
            .group_by(Reached.source_id)
            .subquery()
        )
        rows = session.execute(
            select(Source, counts.c.n)
            .join(counts, counts.c.source_id == Source.id, isouter=True)
            .order_by(Source.word)
        ).all()
    return render_template("panel/sources.html", rows=rows, problem=problem)
