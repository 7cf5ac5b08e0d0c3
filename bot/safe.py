"""The one place that says whether, and when, a text may go to a phone that others may read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar.hours import Hours
from records.models import Consent, Contact, Message

#: An answer to the client's own text may go for so long, whatever hour it is.
ANSWER_WITHIN = timedelta(minutes=30)
#: "Is it still safe to text?" is asked again at the client's next own text after so long,
#: and after so long without one nothing goes out any more.
SAFE_FOR = timedelta(days=30)
#: With a code word set, private things wait for it after so long without a text.
KNOWN_FOR = timedelta(days=14)
#: Newest texts of a client among which a silence is looked for.
LOOKED_AT = 200

#: What a text is for, where this decides by it; every other purpose is the line speaking first.
ANSWERS = frozenset({"reply", "reopen"})
ALERT = "urgent_reply"
TIMER = "timer"
CARING = "caring"
STAFF, STAFF_CONFIRMED = "staff_reply", "staff_confirmed"
#: Holds something of this client's own: waits while it may be somebody else who reads.
PRIVATE = frozenset({"reminder", "check_in", "follow_up", "safety_note", STAFF})
#: Goes out even after the safe word: it is what the safe word asked for.
DECOY = "decoy"
CARING_IN_SILENCE = "caring_silent"


@dataclass(frozen=True)
class Verdict:
    """`at`: when the text may go, aware UTC, not before it was asked for; None: not at all.

    `reason` when not: erased, safe_word, erasing, not_safe, silent, paused, doubted; with an
    `at` that is later, not_hour. These are the reasons that a held row shows.
    """

    at: datetime | None
    reason: str | None = None


def may_send_at(
    contact: Contact,
    purpose: str,
    at: datetime,
    hours: Hours,
    *,
    is_chosen: bool = False,
) -> Verdict:
    """Whether a text of this purpose may go to this contact at `at` (aware UTC), or when.

    Every text to a client passes here when it is handed over (bot/outbox/judge.py). Whoever
    plans one (reminder, check-in, broadcast, caring contact) asks first, plans it for the
    `at` of the verdict, and plans nothing when there is none. `is_chosen`: for CARING, whether
    the client chose to get them also in silence (`chose_caring`). `hours` are theirs
    (bot/calendar/hours.py `of_contact`). STOP is not looked at here.
    """
    if contact.erased_at is not None:
        return Verdict(None, "erased")
    if contact.stopped_at is not None:
        return Verdict(at) if purpose == DECOY else Verdict(None, "safe_word")
    if purpose in (ALERT, TIMER, STAFF_CONFIRMED, DECOY):
        return Verdict(at)
    if is_answer(contact, purpose, at):
        return Verdict(at)
    reason = _refusal(contact, purpose, at, is_chosen=is_chosen)
    if reason is not None:
        return Verdict(None, reason)
    if purpose == STAFF and hours.outside == "quiet":
        return Verdict(at)
    open_at = hours.next(at)
    return Verdict(open_at, None if open_at == at else "not_hour")


def is_answer(contact: Contact, purpose: str, at: datetime) -> bool:
    """Does this answer what the client texted within the last half hour?"""
    if purpose not in ANSWERS | {STAFF} or contact.last_inbound_at is None:
        return False
    is_doubtful = purpose == STAFF and contact.doubted_at is not None
    return not is_doubtful and at - contact.last_inbound_at <= ANSWER_WITHIN


def _refusal(contact: Contact, purpose: str, at: datetime, *, is_chosen: bool) -> str | None:
    if contact.erase_asked_at is not None:
        return "erasing"
    if contact.safe_to_text != "yes":
        return "not_safe"
    if is_silent(contact, at) and not (purpose == CARING and is_chosen):
        return "silent"
    if contact.paused_until_at is not None and contact.paused_until_at > at and purpose != STAFF:
        return "paused"
    if purpose in PRIVATE and contact.doubted_at is not None:
        return "doubted"
    return None


def is_silent(contact: Contact, at: datetime) -> bool:
    """Has nothing come from this phone for so long that somebody else may have it?"""
    return contact.last_inbound_at is None or at - contact.last_inbound_at > SAFE_FOR


def history_hidden_until(session: Session, contact: Contact, now: datetime) -> datetime | None:
    """What was texted before this instant may be another person's: it is folded away, not shown.

    From a doubt on, or from 30 days of silence (somebody else may have the number since) until
    the client has called the phone safe anew or has given the code word. None: nothing is.
    """
    hidden = [contact.doubted_at]
    hidden.append(now if is_silent(contact, now) else _back_since(session, contact))
    return max((at for at in hidden if at is not None), default=None)


def _back_since(session: Session, contact: Contact) -> datetime | None:
    """When this phone texted again after a silence, while nobody has said that it is theirs."""
    theirs = session.scalars(
        select(Message.created_at)
        .where(
            Message.contact_id == contact.id,
            Message.direction == "inbound",
            Message.channel != "voice",  # a call shows nothing: bot/call_rows.py
        )
        .order_by(Message.seq.desc())
        .limit(LOOKED_AT)
    ).all()
    back = next((at for at, last in pairwise(theirs) if at - last > SAFE_FOR), None)
    said = [at for at in (contact.safe_asked_at, contact.known_at) if at is not None]
    return None if back is None or any(at >= back for at in said) else back


def says_yes(session: Session, contact_id: int, purpose: str) -> bool:
    """Is the last thing this client said to this purpose a yes?"""
    newest = (
        select(Consent.given)
        .where(Consent.contact_id == contact_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )
    return bool(session.scalar(newest))


def chose_caring(session: Session, contact_id: int) -> bool:
    """Did this client ask for caring texts that go on in silent times?"""
    return says_yes(session, contact_id, CARING_IN_SILENCE)


def is_due_to_ask(contact: Contact, now: datetime) -> bool:
    """Is it time to ask whether this phone is still safe to text? At most once a day."""
    if contact.safe_asked_at is None or now - contact.safe_asked_at < SAFE_FOR:
        return False
    return contact.reasked_at is None or now - contact.reasked_at >= timedelta(days=1)


def warning_for_staff(
    contact: Contact, now: datetime, hours: Hours, *, has_open_alert: bool
) -> str | None:
    """Why a worker should think twice before texting now: a reason of `Verdict`, or None.

    `has_open_alert`: an alert that is not silent; its texts go at any hour. What the worker
    confirms is written with the purpose STAFF_CONFIRMED; after the safe word nothing helps.
    """
    verdict = may_send_at(contact, STAFF, now, hours)
    if has_open_alert and verdict.reason != "safe_word":
        return None
    return verdict.reason
