"""The conversations, and one of them with everything that was written."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, render_template, request
from sqlalchemy.orm import Session

from admin import drafts, items, live, notes, pictures, threads, timers, urgent
from admin.access import may, names_of, viewer
from admin.roles import Permission
from admin.show import the_line
from bot import names, safe
from bot.chat import visits
from bot.escalation.alerts import OPEN_OF
from bot.line import Line
from bot.outbox.notices import is_closed
from records.audit import note
from records.models import Contact, Conversation, Message

bp = Blueprint("conversations", __name__, url_prefix="/conversations")
LONGEST = 1200


@bp.get("")
@may(Permission.READ_CLIENTS)
def index() -> str:
    line = the_line()
    with line.database.read() as session:
        rows, following = threads.listed(session, line, request.args.get("before"))
    note_reading(None, "read_list")
    return render_template("panel/conversations.html", rows=rows, following=following)


@bp.get("/<public_id>")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> Response:
    return thread_page(public_id)


def thread_page(
    public_id: str,
    *,
    draft: str = "",
    number: str | None = None,
    problem: str | None = None,
    confirm: str | None = None,
    look: drafts.Draft | None = None,
    act: str = "read_conversation",
) -> Response:
    """One conversation. That it was read stands in the audit before the words are shown."""
    line = the_line()
    before = request.args.get("before", type=int)
    with line.database.read() as session:
        contact, conversation = threads.find(session, public_id) or abort(404)
        rows = threads.texts(session, contact, before)
        shown = _shown(session, line, contact, conversation, rows)
    tag = live.tag_of(*(shown[part] for part in _NEWS), [(row.id, row.state) for row in rows])
    if "auto" in request.args and (same := live.unchanged(tag)):
        return same
    note_reading(contact, act)
    typed = {"draft": draft, "number": number, "problem": problem, "confirm": confirm, "look": look}
    return live.page(tag, "panel/conversation.html", **typed, **shown)


#: A change of one of these is news to whoever has the page open.
_NEWS = (
    *("holder", "is_closed", "has_left", "is_in_window", "is_proven", "alerts", "items", "writers"),
    *("notes", "pictures"),
)


def _shown(
    session: Session, line: Line, contact: Contact, conversation: Conversation, rows: list[Message]
) -> dict[str, Any]:
    """What stands on the page beside what is being typed."""
    held_by, address = conversation.handed_off_to, threads.address_of(session, contact)
    return {
        "contact": contact,
        "conversation": conversation,
        "holder": names_of(session, line, {held_by}).get(held_by) if held_by else None,
        "is_mine": held_by == viewer().id,
        "who": items.mask_of(line, contact, address) if address else "",
        "texts": threads.shown(session, line, contact, rows),
        "pictures": pictures.of_texts(session, line, rows),
        "hidden_until": safe.history_hidden_until(session, contact, line.now()),
        "canned": drafts.canned(line, contact),
        "writers": drafts.writers(session, line, contact.id),
        "notes": notes.of_contact(session, line, contact),
        "alerts": urgent.listed(session, line, viewer(), contact.id),
        "items": items.of_contact(session, line, viewer(), contact.id),
        "timer": timers.shown(session, line, contact),
        "name": names.name_of(line, contact),
        "is_proven": address is not None and address.proven_at is not None,
        "is_closed": is_closed(session, address),
        "has_left": address is not None and visits.has_left(session, address),
        "channel": address.channel if address else "sms",
        "is_in_window": threads.may_write(session, line, address),
        "earlier": rows[0].seq if len(rows) == threads.TEXTS else None,
    }


def note_reading(contact: Contact | None, act: str) -> None:
    """Writes down that this person saw this client's words, and of which urgent item, if any."""
    line = the_line()
    with line.database.write() as session:
        contact_id = contact.id if contact else None
        alert_id = session.scalar(OPEN_OF, {"contact": contact_id}) if contact else None
        subject = f"escalation:{alert_id}" if alert_id else None
        note(session, line.now(), viewer().actor, act, contact_id=contact_id, subject=subject)
