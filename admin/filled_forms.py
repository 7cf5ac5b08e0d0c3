"""A client's filled-in forms: begun, saved while typing, scored when done."""

from __future__ import annotations

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import threads
from admin.access import may, viewer
from admin.conversations import note_reading
from admin.items import mask_of
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.case import locale_of
from bot.people import locked
from bot.program import filled, forms
from bot.program.plans import PlanError
from records.errors import MendableError
from records.models import Contact, Form, FormAnswer, FormVersion

bp = Blueprint("filled_forms", __name__, url_prefix="/conversations")


@bp.get("/<public_id>/forms")
@may(Permission.READ_CLIENTS)
def index(public_id: str) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        address = threads.address_of(session, contact)
        rows = session.execute(
            select(FormAnswer, Form)
            .join(FormVersion, FormVersion.id == FormAnswer.version_id)
            .join(Form, Form.id == FormVersion.form_id)
            .where(FormAnswer.contact_id == contact.id)
            .order_by(FormAnswer.id.desc())
        ).all()
        ready = [
            form
            for form in session.scalars(
                select(Form).where(Form.ended_at.is_(None)).order_by(Form.name)
            )
            if filled.published(session, form.id)
        ]
        who = mask_of(line, contact, address) if address else ""
    note_reading(contact, "read_forms")
    return render_template(
        "panel/filled_forms.html", contact=contact, rows=rows, ready=ready, who=who
    )


@bp.post("/<public_id>/forms")
@may(Permission.ANSWER_CLIENTS)
def begin(public_id: str) -> Response:
    line = the_line()
    with line.database.write() as session:
        contact = _locked(session, public_id)
        form = session.scalar(
            select(Form).where(Form.public_id == request.form.get("form", ""))
        ) or abort(404)
        version = filled.published(session, form.id) or abort(404)
        row = filled.begin(session, line, contact, version, viewer().id, line.now())
        session.flush()
        answer_id = row.public_id
    where = url_for("panel.filled_forms.show", public_id=public_id, answer_id=answer_id)
    return redirect(where, 303)


@bp.get("/<public_id>/forms/<answer_id>")
@may(Permission.READ_CLIENTS)
def show(public_id: str, answer_id: str) -> str:
    return _page(public_id, answer_id)


@bp.post("/<public_id>/forms/<answer_id>")
@may(Permission.ANSWER_CLIENTS)
def save(public_id: str, answer_id: str) -> Response | tuple[str, int] | tuple[Response, int]:
    """Keeps what is there. The page's script saves while one types ("auto") and tries again
    when the connection is back; without it the button does."""
    line, revision = the_line(), request.form.get("revision", 0, int)
    is_auto, act = request.form.get("auto") == "1", request.form.get("act", "save")
    try:
        with line.database.write() as session:
            contact = _locked(session, public_id)
            row, version = _answer(session, contact, answer_id, lock=True)
            if not filled.save(line, contact, row, version, dict(request.form), revision):
                raise PlanError("form.problem.newer")
            revision = row.revision
            if act == "done":
                filled.finish(session, line, contact, row, version, viewer().id, line.now())
    except PlanError as error:
        if is_auto:
            return jsonify(problem=t(str(error))), 409
        return _page(public_id, answer_id, str(error), dict(request.form)), 422
    if is_auto:
        return jsonify(revision=revision)
    flash(t("form.done" if act == "done" else "plan.kept"))
    where = url_for("panel.filled_forms.show", public_id=public_id, answer_id=answer_id)
    return redirect(where, 303)


def _locked(session: Session, public_id: str) -> Contact:
    contact, _ = threads.find(session, public_id) or abort(404)
    return locked(session, contact.id)


def _answer(
    session: Session, contact: Contact, answer_id: str, *, lock: bool = False
) -> tuple[FormAnswer, FormVersion]:
    found = select(FormAnswer).where(
        FormAnswer.public_id == answer_id, FormAnswer.contact_id == contact.id
    )
    row = session.scalar(found.with_for_update() if lock else found) or abort(404)
    return row, session.get_one(FormVersion, row.version_id)


def _page(
    public_id: str,
    answer_id: str,
    problem: str | None = None,
    given: dict[str, str] | None = None,
) -> str:
    line = the_line()
    with line.database.read() as session:
        contact, _ = threads.find(session, public_id) or abort(404)
        row, version = _answer(session, contact, answer_id)
        form = session.get_one(Form, version.form_id)
        address = threads.address_of(session, contact)
        who = mask_of(line, contact, address) if address else ""
        try:
            answers = filled.answers_of(line, contact, row)
        except MendableError:
            answers, problem = {}, "missing.erased"
    if given is not None:
        answers = forms.kept(version.content, given)
    note_reading(contact, "read_form")
    on_show = {question["id"] for question in forms.shown(version.content, answers)}
    return render_template(
        "panel/filled_form.html", contact=contact, row=row, form=form, version=version, who=who,
        content=version.content, answers=answers, on_show=on_show, problem=problem,
        words=forms.words, locale=locale_of(contact),
    )  # fmt: skip
