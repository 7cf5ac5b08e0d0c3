"""Hands one text to the phone company and writes down what came of it."""

from __future__ import annotations

import time
import zlib
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import whatsapp, wordings
from bot.gateways import Accepted, GatewayError, Outgoing, UnknownOutcome
from bot.gateways.refusals import CERTIFICATE
from bot.line import Line
from bot.outbox import carriers
from bot.outbox.claims import LEASE, Claim
from bot.outbox.codes import meaning
from bot.outbox.envelope import Envelope, open_envelope
from bot.outbox.judge import HUSHED
from bot.outbox.notices import alarm, settle
from bot.outbox.receipts import heed, match_parked
from bot.outbox.unreported import ask_at
from bot.outbox.writing import PROBE
from records.errors import KeyMissingError, MendableError
from records.failpoints import hit
from records.models import Message
from records.models.messages import Lane, State

log = structlog.get_logger()

#: A call may take 11 s; a sender that woke up with less left leaves the text to the others.
CALL_SECONDS = 12.0
FIRST_LOOK = timedelta(seconds=20)
BACK_OFF_SECONDS, LONGEST_SECONDS = 2.0, 120.0
URGENT_BACK_OFF_SECONDS, URGENT_LONGEST_SECONDS = 1.0, 10.0
# Twilio takes up to 36,000 s, but 14,400 was its limit for years and no text of ours lives longer.
SHORTEST_VALIDITY, LONGEST_VALIDITY = 5, 14_400


def send_one(line: Line, claim: Claim) -> None:
    """Hands over one claimed text, outside any transaction, and writes back what happened.

    Raises what the database raises; the text then shows up as unclear when its lease ends.
    """
    try:
        envelope = open_envelope(line, claim.message)
    except MendableError as error:
        _write_back(line, claim, _Unreadable(error))
        return
    if _is_too_late(line, claim):
        # This process slept. Whoever takes the text next must not find that we sent it too.
        log.warning("sender_slept", message=claim.message.id)
        return
    hit("before_call")
    try:
        accepted = _hand_over(line, claim.message, envelope)
    except (GatewayError, UnknownOutcome) as outcome:
        hit("before_mark")
        _write_back(line, claim, outcome)
        return
    hit("after_accept")
    hit("before_mark")
    _write_back(line, claim, accepted)


def _is_too_late(line: Line, claim: Claim) -> bool:
    """Could the lease end during the call, by steady time or by a clock that was moved?"""
    if claim.message.contact_id is None:
        return False  # a page may be doubled; left to another it would only be later
    ends_at = claim.message.lease_until_at
    moved_past = ends_at is not None and (ends_at - line.now()).total_seconds() < CALL_SECONDS
    return moved_past or time.monotonic() - claim.taken > LEASE.total_seconds() - CALL_SECONDS


class _Reached:
    """The carrier would have taken the line's own trial text."""


class _Unreadable(Exception):  # noqa: N818 - an outcome beside the gateway's own
    def __init__(self, cause: MendableError) -> None:
        super().__init__(str(cause))
        self.is_mendable = isinstance(cause, KeyMissingError)


_Outcome = Accepted | _Reached | GatewayError | UnknownOutcome | _Unreadable


def _hand_over(line: Line, message: Message, envelope: Envelope) -> Accepted | _Reached:
    base = line.config.public_url.rstrip("/")
    status_url = f"{base}/status?m={message.id}"
    way_out = carriers.gateway(line, message.carrier)
    if message.channel == PROBE:
        way_out.check()
        return _Reached()
    if message.channel == "voice":
        answer_url = f"{base}/voice/page?m={message.id}"
        # A Messaging Service cannot ring anybody: a call comes from a number.
        second = line.config.second if message.carrier == carriers.SECOND else None
        caller = second.sender if second else line.config.page_from or line.config.sender
        return way_out.call(envelope.to, answer_url, status_url, caller)
    validity = _validity_seconds(message, line.now())
    return way_out.send(
        Outgoing(
            envelope.to,
            envelope.body,
            status_url,
            _sender(line, message),
            validity,
            wordings.to_go_by(line.config.wordings, message.template_sid, envelope.body),
        )
    )


def _sender(line: Line, message: Message) -> str | None:
    own = line.config.whatsapp_from
    if message.channel == whatsapp.CHANNEL and own is not None:
        return whatsapp.written(message.channel, own)
    return message.sender


def _validity_seconds(message: Message, now: datetime) -> int | None:
    if message.expires_at is None:
        return None
    left = int((message.expires_at - now).total_seconds())
    return max(SHORTEST_VALIDITY, min(left, LONGEST_VALIDITY))


def _write_back(line: Line, claim: Claim, outcome: _Outcome) -> None:
    now = line.now()
    with line.database.write() as session:
        message = session.scalar(
            select(Message)
            .where(
                Message.id == claim.message.id,
                Message.state == State.SENDING,
                Message.lease_token == claim.token,
            )
            .with_for_update()
        )
        if message is None:
            return  # the lease is no longer ours: somebody else knows better by now
        message.lease_token = message.lease_until_at = None
        match outcome:
            case Accepted():
                adopt(session, message, outcome.sid, outcome.sender, now)
            case _Reached():
                message.state, message.final_at = State.DELIVERED, now
            case GatewayError():
                refused(session, line, message, outcome, now)
            case UnknownOutcome():
                unclear(session, line, message, now)
            case _Unreadable():
                _unreadable(session, message, outcome, now)


def adopt(session: Session, message: Message, sid: str, sender: str | None, now: datetime) -> None:
    """The carrier has this text under `sid`."""
    message.state, message.carrier_sid, message.sent_at = State.SENT, sid, now
    message.ask_at = ask_at(message, now)
    message.sender = sender or message.sender
    message.error_code = message.reason = None
    session.flush()
    match_parked(session, sid, now)


def refused(
    session: Session, line: Line, message: Message, error: GatewayError, now: datetime
) -> None:
    """The carrier does not have it and said why: the other one, a little later, or give up.

    What is wrong with the number itself no other carrier mends; a page tries it all the same.
    """
    was_final = message.error_code is not None and meaning(message.error_code).permanent
    message.error_code = error.code
    message.reason = HUSHED if message.reason == HUSHED else error.reason
    trouble = meaning(error.code)
    is_final = error.permanent and not trouble.account_wide
    if trouble.account_wide or error.reason == CERTIFICATE:
        cause = trouble.reason if trouble.account_wide else CERTIFICATE
        alarm(session, f"carrier_{cause}", now)
    if is_final and (message.contact_id is not None or was_final):
        settle(session, message, State.FAILED, error.reason, now, show=True)
        heed(session, message, error.reason, now)
        return
    if not is_final:
        carriers.failed(session, line, message.carrier, now)
    if carriers.switch(session, line, message):
        _at_once_or_later(message, now)
    elif is_final:
        settle(session, message, State.FAILED, error.reason, now, show=True)
    else:
        again(session, message, now, error.retry_after_seconds or 0.0)


def _at_once_or_later(message: Message, now: datetime) -> None:
    """By the other carrier at once; when both have failed, a little later each time."""
    wait = 0.0 if message.attempts % 2 else back_off_seconds(message)
    message.state, message.due_at = State.QUEUED, now + timedelta(seconds=wait)


def again(session: Session, message: Message, now: datetime, least_seconds: float = 0.0) -> None:
    """Back in the queue, each time a little longer, until it would be too late for it."""
    # A carrier may ask for an hour's patience; what is urgent it is asked again all the same.
    most = URGENT_LONGEST_SECONDS if message.lane == Lane.URGENT else least_seconds
    wait = max(back_off_seconds(message), min(least_seconds, most))
    due_at = now + timedelta(seconds=wait)
    if message.expires_at is not None and due_at >= message.expires_at:
        settle(session, message, State.EXPIRED, message.reason or "too_late", now, show=True)
        return
    message.state, message.due_at = State.QUEUED, due_at


def back_off_seconds(message: Message) -> float:
    """Doubles with each attempt; spread by up to a quarter so that texts do not march in step."""
    urgent = message.lane == Lane.URGENT
    first = URGENT_BACK_OFF_SECONDS if urgent else BACK_OFF_SECONDS
    most = URGENT_LONGEST_SECONDS if urgent else LONGEST_SECONDS
    wait = min(most, first * 2 ** min(max(message.attempts - 1, 0), 10))
    spread = zlib.crc32(f"{message.id}:{message.attempts}".encode()) % 1000 / 4000
    return float(wait * (1 + spread))


def unclear(session: Session, line: Line, message: Message, now: datetime) -> None:
    """Nobody knows whether the carrier has it. A client is never texted twice on a guess.

    A page to staff goes again at once, by the other carrier if there is one: a double page is
    fine, a lost one is not. An urgent text to a client is looked up at once, any other a little
    later, with the carrier that it was handed to.
    """
    carriers.failed(session, line, message.carrier, now)
    if message.contact_id is None:
        if carriers.switch(session, line, message):
            _at_once_or_later(message, now)
            return
        wait = 0.0 if message.attempts <= 1 else back_off_seconds(message)
        message.state, message.due_at = State.QUEUED, now + timedelta(seconds=wait)
        return
    is_urgent = message.lane == Lane.URGENT
    message.state = State.UNKNOWN
    message.due_at = now if is_urgent else now + FIRST_LOOK


def _unreadable(session: Session, message: Message, why: _Unreadable, now: datetime) -> None:
    if why.is_mendable:
        alarm(session, "sealing_key_missing", now)
        again(session, message, now, 30.0)
        return
    settle(session, message, State.FAILED, "cannot_be_opened", now, show=True)
