"""A person answers: takes a conversation, writes in it, and gives it back to the bot."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, abort, flash, redirect, url_for
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from admin import drafts, threads, urgent
from admin import reply_checks as checks
from admin.access import Viewer, may, viewer
from admin.conversations import LONGEST, note_reading, thread_page
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import outbox, safe
from bot.discreet import telling_words
from bot.escalation import holding
from bot.line import Line
from bot.people import identifier_of, locked
from records.audit import note
from records.errors import MendableError
from records.models import Contact, Conversation, QueueItem
from records.models.messages import Lane

bp = Blueprint("answering", __name__, url_prefix="/conversations")


@bp.post("/<public_id>/reply")
@may(Permission.ANSWER_CLIENTS)
def reply(public_id: str) -> AnyResponse:
    line, wish = the_line(), checks.wish_of(the_line())
    words = wish.words
    if not words or len(words) > LONGEST:
        return thread_page(public_id, draft=words, problem="long" if words else "empty")
    with line.database.write() as session:
        contact, conversation = _found(session, public_id)
        warning = None if wish.later else checks.warning_of(session, line, contact)
        problem = checks.problem_of(session, line, contact, words, wish.seen)
        problem = problem or checks.not_then(session, line, contact, wish)
        problem = problem or checks.unsafe(warning, wish)
        if problem is None:
            _send(session, line, contact, conversation, wish, warning)
    if problem is None:
        line.wake.now()
        flash(t("reply.queued_later" if wish.later else "reply.queued"))
    if problem in (None, "double"):
        return _back(public_id)
    can_confirm = warning if warning != "safe_word" else None
    return thread_page(
        public_id,
        draft=words,
        problem=problem,
        confirm=can_confirm,
        look=drafts.draft_of(line, words),
    )


@bp.post("/<public_id>/take")
@may(Permission.ANSWER_CLIENTS)
def take(public_id: str) -> AnyResponse:
    line = the_line()
    with line.database.write() as session:
        contact, conversation = _found(session, public_id)
        _take(session, contact, conversation, viewer(), line)
    line.wake.now()
    return _back(public_id)


@bp.post("/<public_id>/hand-back")
@may(Permission.ANSWER_CLIENTS)
def hand_back(public_id: str) -> AnyResponse:
    line = the_line()
    with line.database.write() as session:
        contact, conversation = _found(session, public_id)
        conversation.handed_off_at = conversation.handed_off_to = None
        note(session, line.now(), viewer().actor, "hand_back", contact_id=contact.id)
    flash(t("conversation.given_back"))
    return _back(public_id)


@bp.post("/<public_id>/number")
@may(Permission.REVEAL_NUMBER)
def reveal(public_id: str) -> Response:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        address = threads.address_of(session, contact) or abort(404)
    note_reading(contact, "reveal_number")
    try:
        number = identifier_of(line, contact, address)
    except MendableError:
        number = t("missing.erased")
    return thread_page(public_id, number=number)


def _back(public_id: str) -> AnyResponse:
    there = url_for("panel.conversations.show", public_id=public_id, _anchor="newest")
    return redirect(there, 303)


def _found(session: Session, public_id: str) -> tuple[Contact, Conversation]:
    contact, conversation = threads.find(session, public_id) or abort(404)
    return locked(session, contact.id), conversation


def _send(
    session: Session,
    line: Line,
    contact: Contact,
    conversation: Conversation,
    wish: checks.Wish,
    warning: str | None,
) -> None:
    now = line.now()
    if conversation.handed_off_to != viewer().id:
        _take(session, contact, conversation, viewer(), line)
    address = threads.address_of(session, contact)
    is_over = wish.later is None and checks.is_over(session, line, contact)
    message = outbox.enqueue(
        session,
        line,
        contact=contact,
        address_id=address.id if address else None,
        body=wish.words,
        purpose=safe.STAFF_CONFIRMED if is_over else safe.STAFF,
        lane=Lane.TIMED if wish.later else Lane.REPLY,
        now=now,
        due_at=wish.later,
        answered_by_id=viewer().id,
    )
    _note_reply(session, now, contact, message.id, wish, warning)
    if wish.later is None:
        # A text that goes tomorrow is no answer to an urgent item today.
        holding.human_wrote_to(session, contact.id, viewer().id, now)


def _note_reply(
    session: Session,
    now: datetime,
    contact: Contact,
    message_id: int,
    wish: checks.Wish,
    warning: str | None,
) -> None:
    although = warning or ("telling" if telling_words(wish.words) else None)
    note(
        session,
        now,
        viewer().actor,
        "reply_later" if wish.later else "reply",
        contact_id=contact.id,
        subject=f"message:{message_id}",
        detail=f"although {although}" if although else None,
    )


def _take(
    session: Session, contact: Contact, conversation: Conversation, viewer: Viewer, line: Line
) -> None:
    """The bot is silent from now on, and what waits about this client is this person's."""
    now = line.now()
    conversation.handed_off_at, conversation.handed_off_to = now, viewer.id
    session.execute(
        update(QueueItem)
        .where(
            QueueItem.contact_id == contact.id,
            QueueItem.resolved_at.is_(None),
            QueueItem.taken_by.is_(None),
        )
        .values(taken_by=viewer.id, taken_at=now)
        .execution_options(synchronize_session=False)
    )
    note(session, now, viewer.actor, "take_conversation", contact_id=contact.id)
    urgent.take_of(session, line, contact.id, viewer.id)
