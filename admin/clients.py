"""One client: what they chose and agreed to, how they have been, and everything they were sent."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import client_facts, items, plots, threads
from admin.access import is_fresh, may, names_of, viewer
from admin.conversations import note_reading
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import joining, names
from bot.checkins import plans
from bot.line import Line
from bot.people import locked
from records.audit import note
from records.models import Contact, Conversation, Message

bp = Blueprint("clients", __name__, url_prefix="/clients")
WISHES = ("any", "woman", "man")
A_PAGE = 40


@bp.get("/<public_id>")
@may(Permission.READ_CLIENTS)
def show(public_id: str) -> str:
    return client_page(public_id)


def client_page(public_id: str, problem: str | None = None) -> str:
    """The page of one client; that it was read stands in the audit."""
    line = the_line()
    with line.database.read() as session:
        contact, conversation = threads.find(session, public_id) or abort(404)
        asked = client_facts.check_ins(session, contact.id)
        shown = _shown(session, line, contact, conversation)
    moods = [row for row, kind in asked if kind == plans.HOW]
    note_reading(contact, "read_client")
    return render_template(
        "panel/client.html",
        problem=problem,
        wishes=WISHES,
        is_fresh=is_fresh(),
        longest=names.LONGEST,
        points=plots.moods(moods),
        bars=plots.askings(row for row, _ in asked),
        plot=plots,
        asked=asked,
        **shown,
    )


def _shown(
    session: Session, line: Line, contact: Contact, conversation: Conversation
) -> dict[str, Any]:
    """What is known of a client, by the names that their page has for it."""
    held_by = conversation.handed_off_to
    return {
        "contact": contact,
        "name": names.name_of(line, contact),
        "phones": phones(session, line, contact),
        "holder": names_of(session, line, {held_by}).get(held_by) if held_by else None,
        "is_with_person": conversation.handed_off_at is not None,
        "consents": client_facts.consents(session, line, contact.id),
        "hours": client_facts.hours(session, contact.id),
        "own_words": client_facts.own_words(contact),
        "dates": client_facts.dates(session, contact.id),
        "joined": _others(session, contact),
        "joining": _waiting(session, line, contact),
    }


def phones(session: Session, line: Line, contact: Contact) -> list[tuple[str, bool]]:
    """Masked numbers, and whether that phone has texted in itself."""
    return [
        (items.mask_of(line, contact, address), address.proven_at is not None)
        for address in threads.addresses_of(session, contact)
    ]


def _others(session: Session, contact: Contact) -> dict[str, object]:
    """The records that became part of this one, and the one that this became part of."""
    whole = session.get(Contact, contact.joined_to_id) if contact.joined_to_id else None
    return {
        "parts": joining.records_of(session, contact),
        "whole": whole.public_id if whole else None,
    }


def _waiting(session: Session, line: Line, contact: Contact) -> dict[str, object] | None:
    row = joining.waiting(session, contact.id)
    if row is None:
        return None
    other = session.get_one(
        Contact, row.other_id if row.contact_id == contact.id else row.contact_id
    )
    return {
        "row": row,
        "is_first": row.contact_id == contact.id,
        "other": other.public_id,
        "phones": phones(session, line, other),
        "by": names_of(session, line, {row.asked_by}).get(row.asked_by, ""),
    }


@bp.post("/<public_id>")
@may(Permission.ANSWER_CLIENTS)
def change(public_id: str) -> Response:
    """The short name, and by whom they would rather be answered."""
    line, wish = the_line(), request.form.get("wish", "")
    name = " ".join(request.form.get("name", "").split())[: names.LONGEST]
    if wish not in WISHES:
        abort(404)
    with line.database.write() as session:
        found, _ = threads.find(session, public_id) or abort(404)
        contact = locked(session, found.id)
        if contact.erased_at is not None or contact.joined_to_id is not None:
            abort(404)
        if name != names.name_of(line, contact):
            names.keep(session, line, contact, name)
            note(session, line.now(), viewer().actor, "name_client", contact_id=contact.id)
        if wish != contact.wish:
            contact.wish = wish
            note(
                session, line.now(), viewer().actor, "client_wish", contact_id=contact.id,
                detail=wish,
            )  # fmt: skip
    flash(t("client.kept"))
    return redirect(url_for("panel.clients.show", public_id=public_id), 303)


@bp.get("/<public_id>/sent")
@may(Permission.READ_CLIENTS)
def sent(public_id: str) -> str:
    """Everything that this client was sent, newest first, a page at a time."""
    line, before = the_line(), request.args.get("before", type=int)
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        chosen = select(Message).where(
            Message.contact_id == contact.id, Message.direction == "outbound"
        )
        if before is not None:
            chosen = chosen.where(Message.seq < before)
        rows = session.scalars(chosen.order_by(Message.seq.desc()).limit(A_PAGE + 1)).all()
        shown = threads.shown(session, line, contact, rows[:A_PAGE])
        who = phones(session, line, contact)
    note_reading(contact, "read_sent")
    return render_template(
        "panel/sent.html",
        contact=contact,
        who=who[0][0] if who else "",
        texts=shown,
        purposes={row.seq: row.purpose for row in rows},
        earlier=rows[A_PAGE - 1].seq if len(rows) > A_PAGE else None,
    )
