"""Pictures that clients sent: a page that warns, and one look for one worker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin import threads
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from bot.line import Line
from bot.pictures import looking
from records.audit import note
from records.errors import MendableError
from records.models import Message, Picture
from records.models.pictures import PictureState

bp = Blueprint("pictures", __name__, url_prefix="/conversations")
#: A picture stands alone, and nothing in it can act.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"


@dataclass(frozen=True)
class Shown:
    """One picture beside its text. `can_open`: this worker may look; `by` who has looked."""

    position: int
    state: str
    reason: str
    size_kb: int
    can_open: bool
    by: str
    opened_at: datetime | None


def of_texts(session: Session, line: Line, rows: Iterable[Message]) -> dict[int, list[Shown]]:
    """The pictures of these texts, by the text's number in its thread."""
    numbers = {row.id: row.seq or 0 for row in rows if row.media_count}
    if not numbers:
        return {}
    chosen = select(Picture).where(
        Picture.message_id.in_(numbers), Picture.state != PictureState.GONE.value
    )
    found = session.scalars(chosen.order_by(Picture.position)).all()
    names = names_of(session, line, {row.opened_by for row in found if row.opened_by})
    shown: dict[int, list[Shown]] = defaultdict(list)
    for row in found:
        shown[numbers[row.message_id]].append(_shown(row, names))
    return shown


def _shown(row: Picture, names: dict[int, str]) -> Shown:
    is_first = row.state == PictureState.KEPT.value
    is_there = is_first or row.state == PictureState.OPENED.value
    return Shown(
        row.position,
        row.state,
        row.reason or "",
        max(1, (row.size_bytes or 0) // 1000),
        is_there and (is_first or viewer().may(Permission.SUPERVISE)),
        names.get(row.opened_by or 0, ""),
        row.opened_at,
    )


@bp.get("/<public_id>/pictures/<int:seq>/<int:position>")
@may(Permission.ANSWER_CLIENTS)
def show(public_id: str, seq: int, position: int) -> str:
    """What one should know before opening it. Shows nothing of it."""
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        row = looking.find(session, contact, seq, position) or abort(404)
        names = names_of(session, line, {row.opened_by} if row.opened_by else set())
        return render_template(
            "panel/picture.html",
            contact=contact,
            seq=seq,
            picture=_shown(row, names),
            came_at=row.noted_at,
        )


@bp.post("/<public_id>/pictures/<int:seq>/<int:position>")
@may(Permission.ANSWER_CLIENTS)
def look(public_id: str, seq: int, position: int) -> AnyResponse:
    """The picture itself, as the answer to this request: there is no address to come back to."""
    line = the_line()
    with line.database.write() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        row = looking.held(session, contact, seq, position) or abort(404)
        try:
            content = looking.open_(
                session,
                line,
                contact,
                row,
                viewer().id,
                line.now(),
                may_again=viewer().may(Permission.SUPERVISE),
            )
        except (looking.SeenAlready, MendableError):
            content = None
            note(session, line.now(), viewer().actor, "picture_refused", contact_id=contact.id)
    if content is None:
        here = url_for("panel.pictures.show", public_id=public_id, seq=seq, position=position)
        return redirect(here, 303)
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Disposition"] = "inline"
    return answer
