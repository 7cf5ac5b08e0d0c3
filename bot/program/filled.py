"""One filled-in form of a client: saved as it is typed, scored when it is done."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.line import Line
from bot.program import forms, referrals
from bot.program.plans import PlanError
from records.audit import note
from records.ids import new_id
from records.models import Contact, Form, FormAnswer, FormVersion

DRAFT, DONE = "draft", "done"


def published(session: Session, form_id: int) -> FormVersion | None:
    """The wording of a form that is in use."""
    return session.scalar(
        select(FormVersion)
        .where(FormVersion.form_id == form_id, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.number.desc())
        .limit(1)
    )


def begin(
    session: Session, line: Line, contact: Contact, version: FormVersion, by: int, now: datetime
) -> FormAnswer:
    """An empty form for this client, a draft until it is done."""
    row = FormAnswer(
        id=new_id(), contact_id=contact.id, version_id=version.id, state=DRAFT, revision=0,
        begun_by=by, begun_at=now, answers_sealed=b"",
    )  # fmt: skip
    row.answers_sealed = _sealed(line, contact, row, {})
    session.add(row)
    note(session, now, f"staff:{by}", "form_begun", contact_id=contact.id)
    return row


def save(
    line: Line,
    contact: Contact,
    row: FormAnswer,
    version: FormVersion,
    given: dict[str, str],
    revision: int,
) -> bool:
    """Keeps the answers of a draft; False when a newer copy of the page was saved already.

    Raises PlanError when the form is done: what was scored is not changed any more.
    """
    if row.state != DRAFT:
        raise PlanError("form.problem.done")
    if revision < row.revision:
        return False
    row.answers_sealed = _sealed(line, contact, row, forms.kept(version.content, given))
    row.revision = revision + 1
    return True


def finish(
    session: Session,
    line: Line,
    contact: Contact,
    row: FormAnswer,
    version: FormVersion,
    by: int,
    now: datetime,
) -> forms.Result:
    """Scores a draft; what it points to stands on the services checklist. Raises PlanError
    while a question that shows is open."""
    answers = answers_of(line, contact, row)
    if row.state != DRAFT:
        raise PlanError("form.problem.done")
    if forms.open_questions(version.content, answers):
        raise PlanError("form.problem.open")
    found = forms.result(version.content, answers)
    row.state, row.done_at = DONE, now
    row.score, row.band = found.score, found.band
    source = session.get_one(Form, version.form_id).name
    for area in found.services:
        referrals.need(session, contact, area, source, by, now)
    if found.is_urgent:
        key = f"form_result:{row.id}"
        add_item(session, now, "form_result", "urgent", contact.id, dedupe_key=key)
    note(session, now, f"staff:{by}", "form_done", contact_id=contact.id)
    return found


def answers_of(line: Line, contact: Contact, row: FormAnswer) -> dict[str, str]:
    """What was answered so far. Raises ErasedError when the client's key is gone."""
    where = f"form_answer.answers:{row.id}"
    found: dict[str, str] = json.loads(line.vault.open(contact.data_key, where, row.answers_sealed))
    return found


def _sealed(line: Line, contact: Contact, row: FormAnswer, answers: dict[str, str]) -> bytes:
    where = f"form_answer.answers:{row.id}"
    return line.vault.seal(contact.data_key, where, json.dumps(answers))
