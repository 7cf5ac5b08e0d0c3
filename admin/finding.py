"""Finds a client by their whole number or the first letters of their short name."""

from __future__ import annotations

import re

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import items
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import names, people, throttle, whatsapp
from bot.line import Line
from records.audit import note
from records.models import Contact

#: Where a number can be written to.
PHONES = ("sms", whatsapp.CHANNEL)
bp = Blueprint("finding", __name__, url_prefix="/clients")
MOST = 10
#: Searches of one worker before each next one must wait a little: nobody lists clients by guessing.
FREE = 40
LONGEST = 60
_E164 = re.compile(r"\+[1-9]\d{7,14}")


@bp.get("/find")
@may(Permission.READ_CLIENTS)
def show() -> str:
    return _page()


@bp.post("/find")
@may(Permission.READ_CLIENTS)
def search() -> str | tuple[str, int]:
    """What was typed stands in no address, no log and no audit entry: only how, and how many."""
    line, typed = the_line(), request.form.get("who", "").strip()[:LONGEST]
    with line.database.write() as session:
        if not may_search(session, line):
            return _page(problem="often"), 429
        how, found = look_up(session, line, typed)
        if found is None:
            return _page(problem="short"), 422
        note(session, line.now(), viewer().actor, "find_client", detail=f"{how}: {len(found)}")
        rows = [_row(session, line, contact) for contact in found]
    return _page(rows=rows)


def may_search(session: Session, line: Line) -> bool:
    """Counts one search of this worker; False when they must wait before the next."""
    counted = {line.vault.index("try.find", str(viewer().id)): FREE}
    if not throttle.count_try(session, counted, line.now()):
        return True
    note(session, line.now(), viewer().actor, "find_client", detail="too often")
    return False


def look_up(session: Session, line: Line, typed: str) -> tuple[str, list[Contact] | None]:
    """How it was looked for (number or name), and who it is; None for too short a name."""
    number = people.normal_number(typed)
    if _E164.fullmatch(number):
        found = (people.find(session, line, channel, number) for channel in PHONES)
        return "number", list({one.contact.id: one.contact for one in found if one}.values())
    return "name", names.find(session, line, typed, MOST)


def by_number(session: Session, line: Line, number: str) -> Contact | None:
    """Whose phone this is, by the keyed hash of the whole number."""
    person = people.find(session, line, "sms", number)
    return person.contact if person else None


def _row(session: Session, line: Line, contact: Contact) -> tuple[str, str, str]:
    """Public id, masked number and short name."""
    return (
        contact.public_id,
        items.numbers(session, line, {contact.id}).get(contact.id, ("", ""))[1],
        names.name_of(line, contact),
    )


def _page(**context: object) -> str:
    return render_template("panel/find.html", longest=names.LONGEST, **context)


@bp.post("/new")
@may(Permission.ANSWER_CLIENTS)
def new() -> Response | tuple[str, int]:
    """A number that a worker was given. Nothing goes there until that phone itself texts in."""
    line = the_line()
    number = people.normal_number(request.form.get("number", "")[:LONGEST])
    name = " ".join(request.form.get("name", "").split())[: names.LONGEST]
    if not _E164.fullmatch(number):
        return _page(problem="number"), 422
    with line.database.write() as session:
        if not may_search(session, line):
            return _page(problem="often"), 429
        contact = by_number(session, line, number)
        is_known = contact is not None
        if contact is None:
            contact = people.make(session, line, "sms", number, line.now()).contact
            if name:
                names.keep(session, line, contact, name)
        act = "find_client" if is_known else "add_client"
        note(session, line.now(), viewer().actor, act, contact_id=contact.id, detail="number")
        client = contact.public_id
    flash(t("client.known" if is_known else "client.added"))
    return redirect(url_for("panel.clients.show", public_id=client), 303)
