"""Decides at the last moment whether a text may still go: not too late, wanted, and no echo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import safe, whatsapp, wordings
from bot.calendar import hours
from bot.case import add_item
from bot.line import Line, LineConfig
from bot.outbox.notices import is_hushed, ledger_of, settle
from bot.outbox.writing import CHAT
from records.errors import MendableError
from records.models import Address, Contact, Escalation, Message, SafetyTimer
from records.models.messages import Lane, State

#: The one routine text that may go while the ledger is closed: the answer to START.
REOPEN = "reopen"
#: Why a text stays here that had not left when the client's alert became a quiet one.
HUSHED = "hushed"
#: A text of our own start looks again after so long whether the client's alert is over.
ALERT_PAUSE = timedelta(minutes=10)
ALIKE_WINDOW = timedelta(minutes=30)
ALIKE_MOST = 3
ALIKE_LOOK_BACK = 60
_WENT_OUT = (State.SENDING, State.UNKNOWN, State.SENT, State.DELIVERED, State.UNDELIVERED)


def may_go(session: Session, line: Line, message: Message, now: datetime) -> bool:
    """True when the text may be handed over now; otherwise its row says why not, or when."""
    if message.expires_at is not None and message.expires_at <= now:
        settle(session, message, State.EXPIRED, "too_late", now, show=_is_shown(message))
        return False
    if message.contact_id is None:
        return True
    contact = session.get_one(Contact, message.contact_id)
    refusal = _refusal(session, contact, message)
    if refusal is not None:
        settle(session, message, State.FAILED, refusal, now, show=refusal != "erased")
        return False
    if message.lane >= Lane.TIMED and _has_open_alert(session, contact.id):
        # Moved, not lost: nothing that we start comes between a client and the one who answers.
        message.due_at = now + ALERT_PAUSE
        return False
    if _asks_for_timer(session, message) and _has_open_alert(session, contact.id):
        # One question at a time. That it never came pages people, as does no answer to it.
        settle(session, message, State.EXPIRED, "no_longer_needed", now, show=False)
        return False
    if message.reason == HUSHED or (
        message.purpose == safe.ALERT and is_hushed(session, contact.id)
    ):
        # Written while the phone still knew of the alert: it must not come out afterwards.
        settle(session, message, State.HELD, HUSHED, now, show=bool(message.answered_by_id))
        return False
    if not (_is_fetched(contact, message) or _is_safe(session, line.config, contact, message, now)):
        return False
    if message.channel == whatsapp.CHANNEL and not _may_write(session, line, contact, message, now):
        return False
    return not _held_as_echo(session, line, contact, message, now)


def _may_write(
    session: Session, line: Line, contact: Contact, message: Message, now: datetime
) -> bool:
    """Is the client's window open, or is there an approved wording for this very text?

    Else it is held, and a person sees that they were not told.
    """
    reason = whatsapp.refusal(session, message, line.config.whatsapp_from, now)
    message.template_sid = None
    if reason is None:
        return True
    if reason == whatsapp.OUTSIDE and wordings.is_agreed(session, message):
        message.template_sid = _wording(line, contact, message)
        if message.template_sid is not None:
            return True
    settle(session, message, State.HELD, reason, now, show=False)
    if message.lane == Lane.BULK:
        return False  # news that reaches nobody is counted where it was written
    level = "urgent" if message.lane == Lane.URGENT else "routine"
    key = f"held:{message.contact_id}"
    add_item(session, now, "held", level, message.contact_id, message.id, key, reason)
    return False


def _wording(line: Line, contact: Contact, message: Message) -> str | None:
    try:
        body = words_of(line, contact.data_key, message) or ""
    except MendableError:
        return None
    filled = wordings.fitting(line.config.wordings, message.text_id, body)
    return filled.sid if filled is not None else None


def _is_fetched(contact: Contact, message: Message) -> bool:
    """Is the client reading their page right now? Hours do not matter then, the safe word does."""
    return message.channel == CHAT and contact.stopped_at is None and contact.doubted_at is None


def _is_shown(message: Message) -> bool:
    # A late page is no news: the ladder of its alert has gone on without it.
    return message.contact_id is not None


def _refusal(session: Session, contact: Contact, message: Message) -> str | None:
    if contact.erased_at is not None:
        return "erased"
    address = session.get(Address, message.address_id) if message.address_id else None
    if address is None or address.proven_at is None:
        return "not_proven"
    ledger = session.scalar(ledger_of(address))
    if ledger is None or ledger.reopened_at is not None or message.lane == Lane.URGENT:
        return None
    is_answer_to_start = message.purpose == REOPEN and ledger.reopen_asked_at is not None
    return None if is_answer_to_start else "opted_out"


def _has_open_alert(session: Session, contact_id: int) -> bool:
    found = select(Escalation.id).where(
        Escalation.contact_id == contact_id, Escalation.state != "resolved"
    )
    return session.scalar(found.limit(1)) is not None


def _asks_for_timer(session: Session, message: Message) -> bool:
    if message.purpose != safe.TIMER:
        return False
    asked = select(SafetyTimer.id).where(
        SafetyTimer.contact_id == message.contact_id, SafetyTimer.asked_id == message.id
    )
    return session.scalar(asked.limit(1)) is not None


def _is_safe(
    session: Session, config: LineConfig, contact: Contact, message: Message, now: datetime
) -> bool:
    """Keeps what would expose this client: held where a person sees it, or moved to an hour."""
    purpose = safe.ALERT if message.lane == Lane.URGENT else message.purpose
    is_chosen, own = False, hours.usual(config)
    if not safe.is_answer(contact, purpose, now):
        is_chosen = purpose == safe.CARING and safe.chose_caring(session, contact.id)
        own = hours.of_contact(session, contact.id, config)
    verdict = safe.may_send_at(contact, purpose, now, own, is_chosen=is_chosen)
    if verdict.at == now:
        return True
    if verdict.at is None or message.purpose == safe.STAFF:
        message.state, message.reason = State.HELD, verdict.reason
        message.final_at = now
    else:
        # Moved, not lost; when that is too late for it, it expires then and is shown.
        message.due_at = verdict.at
    return False


def _held_as_echo(
    session: Session, line: Line, contact: Contact, message: Message, now: datetime
) -> bool:
    """Two machines answering each other must stop; a person sees what was held.

    Only automatic texts that are not urgent: never an alert's texts, a page or a person's words.
    """
    automatic = message.answered_by_id is None and message.text_id is not None
    if not automatic or message.lane == Lane.URGENT or message.attempts:
        return False
    earlier = session.scalars(
        select(Message).where(
            Message.contact_id == contact.id,
            Message.seq >= contact.next_seq - ALIKE_LOOK_BACK,
            Message.seq != message.seq,
            Message.text_id == message.text_id,
            Message.state.in_(_WENT_OUT),
            Message.sending_at > now - ALIKE_WINDOW,
        )
    ).all()
    if len(earlier) < ALIKE_MOST or _alike(line, contact, message, earlier) < ALIKE_MOST:
        return False
    settle(session, message, State.HELD, "alike", now, show=False)
    add_item(session, now, "held", "routine", contact.id, message.id, f"held:{contact.id}", "alike")
    return True


def _alike(line: Line, contact: Contact, message: Message, earlier: Sequence[Message]) -> int:
    try:
        words = words_of(line, contact.data_key, message)
        return sum(words_of(line, contact.data_key, other) == words for other in earlier)
    except MendableError:
        return 0  # what cannot be opened cannot be compared; sending will say why


def words_of(line: Line, ref: str, message: Message) -> str | None:
    """The body of a text. Raises ErasedError, KeyMissingError, SealBrokenError."""
    if message.body_sealed is None:
        return None
    return line.vault.open(ref, f"message.body:{message.id}", message.body_sealed)
