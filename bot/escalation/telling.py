"""Writes to workers: a number to reply with, never a name, a phone or a word of the client's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from bot import outbox
from bot.engine import Text
from bot.escalation.ladder import EMAIL, SMS
from bot.line import Line
from bot.outbox.writing import PROBE
from records.audit import note
from records.models import Escalation, Page, Staff
from records.models.messages import Lane
from records.rows import Kept

STAFF_LOCALE = "en"
#: No worker has this id.
NOBODY = 0


def words(line: Line, text_id: str, **params: int | str | Text) -> str:
    """A text for staff."""
    return line.texts.render(Text(text_id, params), STAFF_LOCALE)[0].body


def write(
    session: Session,
    line: Line,
    staff_id: int,
    body: str,
    now: datetime,
    *,
    channel: str = SMS,
    due_at: datetime | None = None,
    text_id: str | None = None,
) -> Kept:
    """One message to a worker, before all else."""
    return outbox.enqueue(
        session,
        line,
        staff_id=staff_id,
        body=body,
        purpose="page",
        lane=Lane.URGENT,
        now=now,
        due_at=due_at,
        channel=channel,
        text_id=text_id,
        language=STAFF_LOCALE,
    )


def tell(
    session: Session, line: Line, staff_id: int, text_id: str, now: datetime, **params: int | Text
) -> Kept | None:
    """Answers or informs a worker by text. None when they have no phone."""
    staff = session.get(Staff, staff_id)
    if staff is None or not has(line, staff, SMS):
        return None
    return write(session, line, staff_id, words(line, text_id, **params), now, text_id=text_id)


def has(line: Line, staff: Staff, channel: str) -> bool:
    if not staff.is_active:
        return False
    if channel == EMAIL:
        return staff.email_sealed is not None and line.mailer is not None
    return staff.phone_sealed is not None


def audit(
    session: Session,
    alert: Escalation,
    act: str,
    now: datetime,
    *,
    actor: str = "line",
    detail: str | None = None,
) -> None:
    """One entry about an alert; a probe of the line leaves none."""
    if not alert.is_probe:
        subject = f"escalation:{alert.id}"
        note(session, now, actor, act, contact_id=alert.contact_id, subject=subject, detail=detail)


def page_nobody(session: Session, line: Line, alert: Escalation, now: datetime) -> None:
    """The page of the line's own trial: carried like any other, up to the phone company's door."""
    body = words(line, "page.urgent", number=0)
    message = write(session, line, NOBODY, body, now, channel=PROBE, text_id="page.urgent")
    session.add(Page(escalation_id=alert.id, channel=PROBE, message_id=message.id, created_at=now))
