"""What is looked at before a worker's text goes out: STOP, doubles, safe hours, telling words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import request
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import show_times, threads
from admin.access import viewer
from bot import safe
from bot.calendar import hours
from bot.chat import visits
from bot.discreet import telling_words
from bot.escalation import holding
from bot.line import Line
from bot.outbox.notices import is_closed
from records.models import Contact, Escalation, Message

#: How far ahead a text may be written.
FARTHEST = timedelta(days=60)
UNSAFE = "unsafe_"
#: The warning while the client's urgent item is one of which the phone shows nothing.
QUIET = "quiet"


@dataclass(frozen=True)
class Wish:
    """What a worker wants to send. `later` is when, None for now; `is_wrong_time` when what was
    typed is no time. `confirmed` names the warning they have read and accept."""

    words: str
    seen: int
    confirmed: str
    accepts_words: bool
    later: datetime | None
    is_wrong_time: bool


def wish_of(line: Line) -> Wish:
    """What this form asks for."""
    typed = request.form.get("later", "").strip()
    later = show_times.instant(line, typed) if typed else None
    wants_later = bool(typed) or "wants_later" in request.form
    is_wrong = wants_later and (later is None or not line.now() < later <= line.now() + FARTHEST)
    return Wish(
        words=request.form.get("words", "").replace("\r\n", "\n").strip(),
        seen=request.form.get("seen", default=0, type=int),
        confirmed=request.form.get("confirmed", ""),
        accepts_words="words_ok" in request.form,
        later=later,
        is_wrong_time=is_wrong,
    )


def problem_of(session: Session, line: Line, contact: Contact, words: str, seen: int) -> str | None:
    """Why this must not go out now: STOP, a chat page left, the same sent twice, or another was
    faster."""
    if contact.erased_at is not None:
        return "erased"
    address = threads.address_of(session, contact)
    if address is None or address.proven_at is None:
        return "not_proven"
    if is_closed(session, address):
        return "closed"
    if visits.has_left(session, address):
        return "left"
    newer = session.scalars(
        select(Message).where(
            Message.contact_id == contact.id,
            Message.seq >= seen,
            Message.answered_by_id.is_not(None),
        )
    ).all()
    if any(row.answered_by_id != viewer().id for row in newer):
        return "other"
    said = [threads.words_of(line, contact, row)[0] for row in newer]
    return "double" if words in said else None


def warning_of(session: Session, line: Line, contact: Contact) -> str | None:
    """Why a text now may harm this client; None while an alert that is not silent is open."""
    alert = session.scalar(
        select(Escalation).where(
            Escalation.contact_id == contact.id, Escalation.state != holding.RESOLVED
        )
    )
    has_alert = alert is not None and not alert.is_silent
    own = hours.of_contact(session, contact.id, line.config)
    warning = safe.warning_for_staff(contact, line.now(), own, has_open_alert=has_alert)
    # As by text: whoever looks at that phone must not read of it by mistake.
    is_quiet = alert is not None and holding.is_quiet(alert)
    return QUIET if warning is None and is_quiet else warning


def not_then(session: Session, line: Line, contact: Contact, wish: Wish) -> str | None:
    """Why it cannot go later at that time: no such time, or not an hour that is safe for them."""
    if wish.is_wrong_time:
        return "later_time"
    if wish.later is None:
        return None
    own = hours.of_contact(session, contact.id, line.config)
    is_open = safe.may_send_at(contact, safe.STAFF, wish.later, own).at == wish.later
    return None if is_open and own.allow(wish.later) else "later_hours"


def unsafe(warning: str | None, wish: Wish) -> str | None:
    """The warning that was not confirmed; the safe word's cannot be."""
    if warning is not None and (warning != wish.confirmed or warning == "safe_word"):
        return UNSAFE + warning
    return None if wish.accepts_words or not telling_words(wish.words) else "telling"


def is_over(session: Session, line: Line, contact: Contact) -> bool:
    """Would the last look before sending hold this text back?"""
    own = hours.of_contact(session, contact.id, line.config)
    return safe.may_send_at(contact, safe.STAFF, line.now(), own).reason is not None
