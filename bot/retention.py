"""How long each kind of thing is kept, what is due to go now, and what is held back and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from bot import law
from bot.escalation.holding import RESOLVED
from bot.line import Line
from records.audit import note
from records.models import (
    Contact,
    Conversation,
    DeliveryReceipt,
    Escalation,
    Message,
    Note,
    Picture,
    Question,
    QueueItem,
    SafetyTimer,
    SignInAttempt,
    StaffSession,
)
from records.models.messages import UNFINISHED

BATCH = 500
#: What only serves the moment: failed sign-ins, ended sign-ins, answered questions.
SHORT = timedelta(days=30)


@dataclass(frozen=True)
class Kind:
    """One class of data. `due` selects its rows whose time is over; with `emptied` the rows stay
    and only these columns are emptied, else they are deleted. `held` counts what would go but
    for an open urgent item, a person at work or a legal hold."""

    name: str
    days: int
    model: Any
    due: ColumnElement[bool]
    emptied: tuple[str, ...] = ()
    held: ColumnElement[bool] | None = None


@dataclass(frozen=True)
class Standing:
    """How many rows of a class go now, and how many are held back."""

    name: str
    days: int
    due: int
    held: int


def kinds(line: Line, now: datetime) -> tuple[Kind, ...]:
    """The table: every class with its length, after the law that the program goes by.

    Reports that warn others expire by their week (bot/reports/keeping.py), the audit is never
    cut: a chain with a piece missing proves nothing.
    """
    profile = law.of(line.config.legal_profile)
    texts = now - timedelta(days=profile.text_days)
    items = now - timedelta(days=profile.item_days)
    notes = now - timedelta(days=profile.note_days)
    old_text = and_(
        Message.created_at <= texts,
        Message.body_sealed.is_not(None),
        Message.state.not_in(UNFINISHED),
    )
    busy = _is_busy(Message.contact_id, texts)
    old_note, busy_note = Note.at <= notes, _is_busy(Note.contact_id, notes)
    leftover = and_(SafetyTimer.closed_at <= texts, SafetyTimer.note_sealed.is_not(None))
    busy_timer = _is_busy(SafetyTimer.contact_id, texts)
    body, place = ("body_sealed", "signals"), ("note_sealed",)
    # A picture stays as long as the words it came with, and until the carrier's copy is gone.
    old_picture = and_(Picture.noted_at <= texts, Picture.carrier_deleted_at.is_not(None))
    busy_picture = _is_busy(Picture.contact_id, texts)
    return (
        Kind("texts", profile.text_days, Message, old_text & ~busy, body, old_text & busy),
        Kind("pictures", profile.text_days, Picture, old_picture & ~busy_picture,
             held=old_picture & busy_picture),
        Kind("timer_notes", profile.text_days, SafetyTimer, leftover & ~busy_timer, place),
        Kind("worker_notes", profile.note_days, Note, old_note & ~busy_note,
             held=old_note & busy_note),
        Kind("reports_of_delivery", profile.item_days, DeliveryReceipt,
             DeliveryReceipt.received_at <= items),
        Kind("queue", profile.item_days, QueueItem, QueueItem.resolved_at <= items),
        *_short(now - SHORT),
    )  # fmt: skip


def _short(before: datetime) -> tuple[Kind, ...]:
    days = SHORT.days
    return (
        Kind("questions", days, Question, Question.closed_at <= before),
        Kind("sign_ins", days, StaffSession, StaffSession.ended_at <= before),
        Kind("failed_sign_ins", days, SignInAttempt, SignInAttempt.last_at <= before),
    )


def _is_busy(contact: Any, since: datetime) -> ColumnElement[bool]:
    """Is this client's matter open, or closed too short a time ago, or held for a court?"""
    alert = exists().where(
        Escalation.contact_id == contact,
        or_(Escalation.state != RESOLVED, Escalation.resolved_at > since),
    )
    person = exists().where(
        Conversation.contact_id == contact, Conversation.handed_off_at.is_not(None)
    )
    hold = exists().where(Contact.id == contact, Contact.legal_hold_at.is_not(None))
    timer = exists().where(SafetyTimer.contact_id == contact, SafetyTimer.closed_at.is_(None))
    return or_(alert, person, hold, timer)


def standing(session: Session, line: Line, now: datetime) -> list[Standing]:
    """What a purge would do now; changes nothing."""
    found = []
    for kind in kinds(line, now):
        held = _count(session, kind, false() if kind.held is None else kind.held)
        found.append(Standing(kind.name, kind.days, _count(session, kind, kind.due), held))
    return found


def _count(session: Session, kind: Kind, which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(kind.model).where(which)) or 0


def purge(line: Line, now: datetime, tell: Callable[[str, int], None] | None = None) -> int:
    """Lets go of all that is due, a batch a commit; may be stopped and begun again. How many."""
    total = 0
    for kind in kinds(line, now):
        gone = 0
        while batch := _batch(line, kind, now):
            gone += batch
        total += gone
        if tell is not None:
            tell(kind.name, gone)
    return total


def _batch(line: Line, kind: Kind, now: datetime) -> int:
    row_id = kind.model.id
    some = select(row_id).where(kind.due).limit(BATCH)
    plain = {"synchronize_session": False}
    with line.database.write() as session:
        ids = list(session.scalars(some))
        if not ids:
            return 0
        these = row_id.in_(ids)
        emptying = update(kind.model).where(these).values(dict.fromkeys(kind.emptied))
        gone = emptying if kind.emptied else delete(kind.model).where(these)
        session.execute(gone, execution_options=plain)
        note(session, now, "line", "let_go", detail=f"{kind.name}:{len(ids)}")
    return len(ids)
