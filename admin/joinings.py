"""A client with a new number, or with two phones: asked for, and done after a meeting."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, serious, viewer
from admin.clients import client_page
from admin.finding import by_number, may_search
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot import joining
from bot.joining import JoiningError
from bot.people import normal_number
from records.audit import note
from records.models import Contact, Joining

bp = Blueprint("joinings", __name__, url_prefix="/clients")
Answer = Response | tuple[str, int]


@bp.post("/<public_id>/join")
@may(Permission.ANSWER_CLIENTS)
def ask(public_id: str) -> Answer:
    """The number is typed whole: nobody gets a list of other clients to choose from."""
    line, how = the_line(), request.form.get("how", "")
    number = normal_number(request.form.get("number", "")[:60])
    if how not in (joining.CHANGE, joining.MERGE):
        abort(404)

    # Apart, so that the search stands in the audit whatever comes of it.
    with line.database.write() as session:
        if not may_search(session, line):
            return client_page(public_id, problem="find.often"), 429
        other = by_number(session, line, number)
        other_id = other.id if other else None
        detail = f"number: {int(other is not None)}"
        note(session, line.now(), viewer().actor, "find_client", detail=detail)

    def act(session: Session) -> None:
        contact, _ = threads.find(session, public_id) or abort(404)
        if other_id is None:
            raise JoiningError("not_heard")
        joining.ask(
            session, contact, session.get_one(Contact, other_id), how, viewer().id, line.now()
        )

    return _try(public_id, act, "joining.asked")


@bp.post("/<public_id>/join/confirm")
@may(Permission.ANSWER_CLIENTS)
@serious
def confirm(public_id: str) -> Answer:
    line = the_line()

    def act(session: Session) -> None:
        row = _waiting(session, public_id)
        if request.form.get("met") != "1":
            raise JoiningError("not_met")
        joining.confirm(session, line, row, viewer().id, line.now())

    return _try(public_id, act, "joining.done")


@bp.post("/<public_id>/join/withdraw")
@may(Permission.ANSWER_CLIENTS)
def withdraw(public_id: str) -> Answer:
    line = the_line()

    def act(session: Session) -> None:
        joining.withdraw(session, _waiting(session, public_id), viewer().id, line.now())

    return _try(public_id, act, "joining.withdrawn")


def _waiting(session: Session, public_id: str) -> Joining:
    contact, _ = threads.find(session, public_id) or abort(404)
    row = joining.waiting(session, contact.id)
    if row is None or row.contact_id != contact.id:
        raise JoiningError("nothing")
    return row


def _try(public_id: str, act: Callable[[Session], None], said: str) -> Answer:
    line = the_line()
    try:
        with line.database.write() as session:
            act(session)
    except JoiningError as error:
        return client_page(public_id, problem=f"joining.no_{error.args[0]}"), 422
    line.wake.now()
    flash(t(said))
    return redirect(url_for("panel.clients.show", public_id=public_id), 303)
