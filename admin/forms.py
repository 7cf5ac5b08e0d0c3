"""Building a form: its questions, what each answer weighs, and what the sum means."""

from __future__ import annotations

import copy
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from admin import form_fields
from admin.access import may, viewer
from admin.roles import Permission
from admin.show import the_line
from admin.strings import t
from bot.program import areas, filled, forms
from records.audit import note
from records.ids import new_id
from records.models import Form, FormVersion

bp = Blueprint("forms", __name__, url_prefix="/forms")
LONGEST_NAME = 40
PARTS = ("title", "questions", "bands")


@bp.get("")
@may(Permission.BUILD_FORMS)
def index() -> str:
    return _index()


@bp.post("")
@may(Permission.BUILD_FORMS)
def make() -> Response | tuple[str, int]:
    """A new empty form, or one of the library as its makers wrote it."""
    line, name = the_line(), " ".join(request.form.get("name", "").split())
    ready = forms.library().get(request.form.get("ready", ""))
    name = str(ready["name"]) if ready else name
    if not 0 < len(name) <= LONGEST_NAME:
        return _index("form.problem.name"), 422
    with line.database.write() as session:
        if session.scalar(select(Form.id).where(Form.name == name)) is not None:
            session.rollback()
            return _index("form.problem.taken"), 422
        row = Form(
            id=new_id(), name=name, licence=str(ready["licence"]) if ready else "",
            made_by=viewer().id, made_at=line.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        content = {part: ready[part] for part in PARTS} if ready else forms.blank(name)
        _new_version(session, row, 1, content)
        note(session, line.now(), viewer().actor, "form_made", subject=f"form:{row.id}")
        public_id = row.public_id
    return redirect(url_for("panel.forms.edit", public_id=public_id), 303)


@bp.get("/<public_id>")
@may(Permission.BUILD_FORMS)
def edit(public_id: str) -> str:
    return _edit(public_id)


@bp.post("/<public_id>")
@may(Permission.BUILD_FORMS)
def change(public_id: str) -> Response | tuple[str, int]:
    """One change to the draft. A published wording is never changed: a new draft begins."""
    line, act = the_line(), request.form.get("act", "")
    with line.database.write() as session:
        row = _found(session, public_id)
        draft = _draft(session, row)
        content = form_fields.changed(copy.deepcopy(draft.content), act, request.form)
        if content is None:
            session.rollback()
            return _edit(public_id, ["form"]), 422
        draft.content, draft.saved_at = content, line.now()
        if act == "title":
            row.licence = request.form.get("licence", "").strip()[:300]
        note(session, line.now(), viewer().actor, "form_changed", subject=f"form:{row.id}")
    flash(t("plan.kept"))
    return redirect(url_for("panel.forms.edit", public_id=public_id), 303)


@bp.post("/<public_id>/publish")
@may(Permission.BUILD_FORMS)
def publish(public_id: str) -> Response | tuple[str, int]:
    line = the_line()
    with line.database.write() as session:
        row = _found(session, public_id)
        draft = _draft(session, row)
        wrong = forms.problems(draft.content) + ([] if row.licence else ["licence"])
        if wrong:
            session.rollback()
            return _edit(public_id, wrong), 422
        draft.published_at, draft.published_by = line.now(), viewer().id
        note(session, line.now(), viewer().actor, "form_published", subject=f"form:{row.id}")
    flash(t("form.published"))
    return redirect(url_for("panel.forms.edit", public_id=public_id), 303)


def _found(session: Session, public_id: str) -> Form:
    found = session.scalar(select(Form).where(Form.public_id == public_id).with_for_update())
    return found or abort(404)


def _draft(session: Session, row: Form) -> FormVersion:
    """The version that may be changed; a copy of the published one when there is none."""
    newest = session.scalar(
        select(FormVersion)
        .where(FormVersion.form_id == row.id)
        .order_by(FormVersion.number.desc())
        .limit(1)
    ) or abort(404)
    if newest.published_at is None:
        return newest
    return _new_version(session, row, newest.number + 1, copy.deepcopy(newest.content))


def _new_version(session: Session, row: Form, number: int, content: dict[str, Any]) -> FormVersion:
    version = FormVersion(
        id=new_id(), form_id=row.id, number=number, content=content, saved_at=the_line().now()
    )
    session.add(version)
    return version


def _index(problem: str | None = None) -> str:
    with the_line().database.read() as session:
        rows = [
            (row, filled.published(session, row.id))
            for row in session.scalars(select(Form).order_by(Form.name))
        ]
        taken = {row.name for row, _ in rows}
    ready = [name for name in forms.library() if name not in taken]
    return render_template("panel/forms.html", rows=rows, ready=ready, problem=problem)


def _edit(public_id: str, wrong: list[str] | None = None) -> str:
    with the_line().database.read() as session:
        row = session.scalar(select(Form).where(Form.public_id == public_id)) or abort(404)
        version = session.scalars(
            select(FormVersion)
            .where(FormVersion.form_id == row.id)
            .order_by(FormVersion.number.desc())
        ).all()
        used = session.scalar(select(func.count()).where(FormVersion.form_id == row.id)) or 0
    return render_template(
        "panel/form_edit.html", form=row, version=version[0], versions=version, used=used,
        content=version[0].content, wrong=wrong or [], kinds=forms.KINDS, services=areas.SERVICES,
        options_text=form_fields.options_text, locales=forms.LOCALES,
    )  # fmt: skip
