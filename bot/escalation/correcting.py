"""A worker says what triage should have made of a text: kept for review, never learnt from."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import people
from bot.escalation import alerts, holding
from bot.line import Line
from bot.timer_due import NO_ANSWER, NOT_DELIVERED
from bot.triage import Level
from records.audit import note
from records.ids import new_id
from records.models import Contact, Correction, Escalation, Message, SafetyTimer

LEVELS = ("emergency", "urgent", "routine")
#: A call is kept when it begins; what comes of it is known once nobody picked up.
RANG_FOR = timedelta(minutes=5)


class CorrectionError(Exception):
    """Why it cannot be corrected; `args[0]` names the panel's text: reason, same or holder."""


def correct(
    session: Session,
    line: Line,
    contact: Contact,
    message: Message,
    level: str,
    staff_id: int,
    reason: str,
    now: datetime,
) -> None:
    """Writes the row, and makes the client's alert fit: opened or raised, lowered or closed.

    Closing and lowering are for whoever has the item, or for anybody while nobody has it.
    Raises CorrectionError.
    """
    was = message.level or "routine"
    if not reason:
        raise CorrectionError("reason")
    if level not in LEVELS or level == was:
        raise CorrectionError("same")
    _fit_alert(session, line, _who_goes_on(session, contact), message, Level(level), staff_id, now)
    _keep(session, line, contact, message, level, staff_id, reason, now)
    note(
        session,
        now,
        f"staff:{staff_id}",
        "correct_triage",
        contact_id=contact.id,
        subject=f"message:{message.id}",
        detail=f"{was} {level}",
    )
    message.level = level


def _keep(
    session: Session,
    line: Line,
    contact: Contact,
    message: Message,
    level: str,
    staff_id: int,
    reason: str,
    now: datetime,
) -> None:
    row_id = new_id()
    session.add(
        Correction(
            id=row_id,
            message_id=message.id,
            contact_id=contact.id,
            staff_id=staff_id,
            was=message.level or "routine",
            level=level,
            kind=message.kind,
            reason_sealed=line.vault.seal(
                contact.data_key, f"triage_correction.reason:{row_id}", reason
            ),
            at=now,
        )
    )


def _fit_alert(
    session: Session,
    line: Line,
    contact: Contact,
    message: Message,
    level: Level,
    staff_id: int,
    now: datetime,
) -> None:
    alert = _open_of(session, contact)
    if alert is None:
        if level is not Level.ROUTINE:
            alert = alerts.open_by_person(session, contact, message, level, now)
            holding.take(session, line, alert, staff_id, "panel", now)
        return
    if level.rank > Level(alert.level).rank:
        before = alert.acknowledged_by
        alerts.raise_to(session, line, alert, level, "person", now)
        if before in (None, staff_id):
            holding.take(session, line, alert, staff_id, "panel", now)
        return
    if alert.message_id == message.id and not _is_told_otherwise(session, alert):
        _lower(session, alert, message, level, staff_id, now)


def _is_told_otherwise(session: Session, alert: Escalation) -> bool:
    """They said that they are not safe, or their timer ran out: no level of a text ends that."""
    if alert.answer == "no" or alert.kind in (NO_ANSWER, NOT_DELIVERED):
        return True
    ran_out = select(SafetyTimer.id).where(
        SafetyTimer.contact_id == alert.contact_id, SafetyTimer.paged_at >= alert.opened_at
    )
    return session.scalar(ran_out.limit(1)) is not None


def _lower(
    session: Session,
    alert: Escalation,
    message: Message,
    level: Level,
    staff_id: int,
    now: datetime,
) -> None:
    """Down to the gravest that they texted since it was opened, on which it rests from now on."""
    stays, other = level, _gravest_other(session, alert, message)
    if other is not None and _level_of(other).rank > level.rank:
        stays = _level_of(other)
        alert.message_id, alert.kind = other.id, other.kind or "generic"
    if stays.rank >= Level(alert.level).rank:
        return
    if alert.acknowledged_by not in (None, staff_id):
        raise CorrectionError("holder")
    if stays is Level.ROUTINE:
        holding.resolve(session, alert, staff_id, "mistake", now)
    else:
        alert.level = stays.value


def _gravest_other(session: Session, alert: Escalation, message: Message) -> Message | None:
    """The gravest text of this alert beside `message`, the newest of several."""
    found = session.scalars(
        select(Message)
        .where(
            Message.contact_id == alert.contact_id,
            Message.direction == "inbound",
            Message.created_at >= alert.opened_at - RANG_FOR,
            Message.id != message.id,
        )
        .order_by(Message.seq.desc())
    )
    return max(found, key=lambda one: _level_of(one).rank, default=None)


def _level_of(message: Message) -> Level:
    return Level(message.level or Level.ROUTINE)


def _who_goes_on(session: Session, contact: Contact) -> Contact:
    """A record that was joined to another has no phone and no item of its own."""
    other = contact.joined_to_id
    return contact if other is None else people.locked(session, other)


def _open_of(session: Session, contact: Contact) -> Escalation | None:
    found = session.scalar(
        select(Escalation.id).where(
            Escalation.contact_id == contact.id, Escalation.state != holding.RESOLVED
        )
    )
    return None if found is None else holding.held(session, found)
