"""Writing to a client with care: a look before sending, sending later, and taking that back."""

from __future__ import annotations

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy import update
from werkzeug.wrappers import Response as AnyResponse

from admin import drafts, threads
from admin.access import may, viewer
from admin.conversations import LONGEST, thread_page
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.line import Line
from records.audit import note
from records.models import Contact, Message, Typing
from records.models.messages import State

bp = Blueprint("writing", __name__, url_prefix="/conversations")


@bp.post("/<public_id>/draft")
@may(Permission.ANSWER_CLIENTS)
def look(public_id: str) -> Response:
    """The look at a draft: as a part of the page for the script, else as the whole page."""
    line, words = the_line(), request.form.get("words", "").replace("\r\n", "\n")[:LONGEST]
    chosen = request.form.get("canned", "")
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        known = session.get(Typing, (contact.id, viewer().id))
        contact_id, seen_at = contact.id, known.at if known else None
        words = _with(line, contact, words, chosen)
    drafts.note_typing(line, contact_id, seen_at)
    if "part" in request.form:
        return make_response(render_template("panel/draft.html", look=drafts.draft_of(line, words)))
    return thread_page(public_id, draft=words, look=drafts.draft_of(line, words.strip()))


def _with(line: Line, contact: Contact, words: str, chosen: str) -> str:
    """The draft and the ready reply that was chosen, if one was."""
    more = [one.words for one in drafts.canned(line, contact) if one.name == chosen]
    return "\n".join([*filter(None, [words.strip()]), *more])[:LONGEST] if more else words


@bp.post("/<public_id>/texts/<int:seq>/withdraw")
@may(Permission.ANSWER_CLIENTS)
def withdraw(public_id: str, seq: int) -> AnyResponse:
    """Takes back a text that was to go later, unless it is on its way already."""
    line, now = the_line(), the_line().now()
    with line.database.write() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        done = session.execute(
            update(Message)
            .where(
                Message.contact_id == contact.id,
                Message.seq == seq,
                Message.state == State.QUEUED,
                Message.attempts == 0,
                Message.answered_by_id.is_not(None),
                Message.due_at > now,
            )
            .values(state=State.EXPIRED, reason="withdrawn", final_at=now)
            .returning(Message.id)
            .execution_options(synchronize_session=False)
        ).first()
        if done is not None:
            subject = f"message:{done[0]}"
            actor = viewer().actor
            note(session, now, actor, "withdraw_text", contact_id=contact.id, subject=subject)
    flash(t("reply.withdrawn" if done else "reply.not_withdrawn"))
    there = url_for("panel.conversations.show", public_id=public_id, _anchor="newest")
    return redirect(there, 303)
