"""Files a report and shreds every trace of who wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from bot.case import Case
from bot.effects import say
from bot.engine import Effect, FileReport, NotOver, Text
from bot.escalation import alerts, to_client
from bot.line import Line
from bot.pictures import noting as pictures
from bot.reports.turns import FLOW, MARK
from bot.triage import Level, Tier
from records.models import Message, Question, Report
from records.models.messages import UNFINISHED
from records.models.reports import random_id

#: How long a report warns others: a year from its week.
KEPT = timedelta(weeks=52)
LONGEST_TURN = timedelta(hours=3)
SHREDDED = "shredded"
FIELDS = ("plate", "phone", "words")
LONGEST = 1000


def act(case: Case, effect: Effect) -> None:
    """What the conversation about a report decided."""
    if isinstance(effect, FileReport):
        local = case.line.local(case.now).date()
        file(case.session, case.line, effect.fields, local)
        _shred(case)
    elif isinstance(effect, NotOver):
        _not_over(case)


def file(session: Session, line: Line, fields: Mapping[str, str], today: date) -> int:
    """Keeps a report of this week: `fields` are plate, phone and words. Its id."""
    week = today - timedelta(days=today.weekday())
    found = session.scalar(select(Report.data_key).where(Report.week == week).limit(1))
    ref, row_id = found or line.vault.keys.new_ref(), random_id()
    body = json.dumps({name: str(fields.get(name, ""))[:LONGEST] for name in FIELDS})
    sealed = line.vault.seal(ref, f"report.body:{row_id}", body)
    session.add(
        Report(id=row_id, week=week, data_key=ref, body_sealed=sealed, expires_on=week + KEPT)
    )
    session.flush()
    return row_id


def mark(case: Case) -> None:
    """This text belongs to a report, whatever it said."""
    case.session.execute(
        update(Message)
        .where(Message.id == case.message.id)
        .values(kind=MARK)
        .execution_options(synchronize_session=False)
    )
    case.conversation.last_text_hash = None


def _shred(case: Case) -> None:
    """Nothing of the report's turns stays: not in the thread, and soon not at the carrier.

    What the questions carried is gone with them. The carrier's copies go with the next sweep.
    """
    shredded = case.session.scalars(
        update(Message)
        .where(
            Message.contact_id == case.contact.id,
            Message.created_at >= case.now - LONGEST_TURN,
            Message.state.not_in(UNFINISHED),
            or_(Message.kind == MARK, Message.text_id.startswith(f"{FLOW}.")),
        )
        .values(purpose=SHREDDED, body_sealed=None, text_id=None, kind=None, signals=None)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    ).all()
    pictures.drop(case.session, shredded)
    case.session.execute(
        delete(Question)
        .where(Question.contact_id == case.contact.id, Question.flow == FLOW)
        .execution_options(synchronize_session=False)
    )


def _not_over(case: Case) -> None:
    """It goes on, or they are not safe: a person is paged, as after any cry for help."""
    alert = alerts.open_or_grow(case, Level.EMERGENCY, "violence", Tier.P0)
    if alert.is_silent:
        say(case, Text("dates.ok"))
        return
    case.has_alert = True
    to_client.first_reply(case, alert, "violence")


def forget(session: Session, line: Line, today: date) -> tuple[int, set[str]]:
    """Deletes expired reports: how many, and the keys that no report needs any more."""
    gone = session.execute(
        delete(Report)
        .where(Report.expires_on <= today)
        .returning(Report.data_key)
        .execution_options(synchronize_session=False)
    ).all()
    refs = {row[0] for row in gone}
    left = set(session.scalars(select(Report.data_key).where(Report.data_key.in_(refs))))
    return len(gone), refs - left


def opened(line: Line, row: Report) -> dict[str, str]:
    """Plate, phone and words of a report. Raises ErasedError when its key is gone."""
    words = line.vault.open(row.data_key, f"report.body:{row.id}", row.body_sealed)
    found: dict[str, str] = json.loads(words)
    return found


def set_words(line: Line, row: Report, words: str) -> None:
    """Keeps what others may be told."""
    row.worded_sealed = line.vault.seal(row.data_key, f"report.worded:{row.id}", words)
    if row.state == "new":
        row.state = "kept"


def worded(line: Line, row: Report) -> str:
    """What others are told; empty while nobody has worded it."""
    if row.worded_sealed is None:
        return ""
    return line.vault.open(row.data_key, f"report.worded:{row.id}", row.worded_sealed)


def to_police(line: Line, row: Report, basis: str, why: str, staff_id: int, now: datetime) -> None:
    """Writes down on what ground a report is handed to the police: consent or order.

    Raises ValueError for another ground or without a reason.
    """
    if basis not in ("consent", "order") or not why.strip():
        raise ValueError("a report goes to the police by recorded consent or an order")
    row.police_basis, row.police_by, row.police_at = basis, staff_id, now
    where = f"report.police:{row.id}"
    row.police_note_sealed = line.vault.seal(row.data_key, where, why.strip())
