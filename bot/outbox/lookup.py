"""Asks the phone company about texts of which nobody knows whether it has them."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.gateways import CarrierMessage, GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox.carriers import gateway
from bot.outbox.claims import LEASE
from bot.outbox.envelope import Envelope, open_envelope
from bot.outbox.gate import unfinished
from bot.outbox.judge import HUSHED
from bot.outbox.notices import settle
from bot.outbox.send import adopt
from records.backup_plan import RESTORED
from records.errors import MendableError
from records.ids import new_token
from records.models import Message
from records.models.messages import Lane, State

log = structlog.get_logger()

#: The carrier's list may lag; a text it does not show after this long was never taken.
SURE_AFTER = timedelta(seconds=60)
URGENT_AFTER = timedelta(seconds=20)
#: A carrier that cannot be asked for so long may not show an urgent text it has: it goes again.
UNASKED_AFTER = timedelta(seconds=60)
LOOK_AGAIN = timedelta(seconds=10)
URGENT_LOOK_AGAIN = timedelta(seconds=5)
#: Looked for once, in vain. One look decides nothing: a clock may have jumped while the sender
#: still waits for its answer, and one question of ours may fail.
LOOKED = "looked_for"
#: Our clock and the carrier's may differ by so much: what it took "earlier" must be found too.
CLOCK_SLACK = timedelta(minutes=5)


def reconcile(line: Line, limit: int = 20) -> int:
    """Looks up unclear texts that are due; returns how many were looked at.

    Stops at the first answer that does not come: the carrier is down, and it can wait.
    """
    for done in range(limit):
        taken = _take(line)
        if taken is None:
            return done
        message, token = taken
        if not _look_up(line, message, token):
            return done + 1
    return limit


def _take(line: Line) -> tuple[Message, str] | None:
    """One unclear text, leased so that two machines do not ask about it at once."""
    now = line.now()
    with line.database.write() as session:
        message = session.scalar(
            select(Message)
            .where(unfinished(), Message.state == State.UNKNOWN, Message.due_at <= now)
            .order_by(Message.lane, Message.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return None
        token = new_token()
        message.lease_token, message.due_at = token, now + LEASE
        return message, token


def _look_up(line: Line, message: Message, token: str) -> bool:
    """False when the carrier could not be asked."""
    shown: list[CarrierMessage] | None = []
    envelope: Envelope | None = None
    if message.contact_id is not None:
        try:
            envelope = open_envelope(line, message)
            since = (message.sending_at or message.created_at) - CLOCK_SLACK
            shown = list(gateway(line, message.carrier).sent_to(envelope.to, since))
        except MendableError:
            pass  # sending it again will find the same and say so
        except (GatewayError, UnknownOutcome) as error:
            log.warning("look_up_failed", kind=type(error).__name__)
            shown = None
    with line.database.write() as session:
        held = _still_ours(session, message.id, token)
        if held is not None:
            _decide(session, held, envelope, shown, line.now())
    return shown is not None


def _still_ours(session: Session, message_id: int, token: str) -> Message | None:
    return session.scalar(
        select(Message)
        .where(
            Message.id == message_id,
            Message.state == State.UNKNOWN,
            Message.lease_token == token,
        )
        .with_for_update()
    )


def _decide(
    session: Session,
    message: Message,
    envelope: Envelope | None,
    shown: list[CarrierMessage] | None,
    now: datetime,
) -> None:
    message.lease_token = None
    by_wording = message.template_sid is not None
    found = _found(session, envelope, shown or [], by_wording=by_wording)
    if found is not None:
        adopt(session, message, found.sid, found.from_ or None, now)
        return
    if message.reason == RESTORED and _is_blanked_among(session, shown or []):
        settle(session, message, State.HELD, RESTORED, now, show=True)
        return
    waited = now - (message.sending_at or message.created_at)
    if message.contact_id is None or _goes_again(message, waited, could_ask=shown is not None):
        if shown is None:
            message.guessed_at = now
        message.state, message.due_at = State.QUEUED, now
    elif message.expires_at is not None and message.expires_at <= now:
        settle(session, message, State.EXPIRED, "outcome_unknown", now, show=True)
    else:
        message.due_at = _next_look(message, waited, now)


def _goes_again(message: Message, waited: timedelta, *, could_ask: bool) -> bool:
    """Was a client's text surely not taken? The one exception: an urgent one goes again early, in
    the end even on a guess."""
    is_urgent = message.lane == Lane.URGENT
    is_first = message.reason not in (LOOKED, HUSHED, RESTORED)
    if is_first:
        message.reason = LOOKED
        return False
    if could_ask:
        sure = waited >= (URGENT_AFTER if is_urgent else SURE_AFTER)
    else:
        sure = is_urgent and waited >= UNASKED_AFTER
    if sure and message.reason == LOOKED:
        message.reason = None
    return sure


def _next_look(message: Message, waited: timedelta, now: datetime) -> datetime:
    """A little later, but exactly when it may go again if that comes first."""
    is_urgent = message.lane == Lane.URGENT
    pause = URGENT_LOOK_AGAIN if is_urgent else LOOK_AGAIN
    left = (URGENT_AFTER if is_urgent else SURE_AFTER) - waited
    return now + (min(pause, left) if left > timedelta(0) else pause)


def _found(
    session: Session,
    envelope: Envelope | None,
    shown: list[CarrierMessage],
    *,
    by_wording: bool,
) -> CarrierMessage | None:
    """The earliest text with these words that is not yet known to be another row's."""
    if envelope is None or not shown:
        return None
    # Of a wording the list may show no words yet. Then it counts as this one: never said twice.
    strangers = _strangers(session, shown)
    alike = [m for m in strangers if _same(m.body, envelope.body) or (by_wording and not m.body)]
    return min(alike, key=lambda m: m.at, default=None)


def _strangers(session: Session, shown: list[CarrierMessage]) -> list[CarrierMessage]:
    taken = set(
        session.scalars(
            select(Message.carrier_sid).where(Message.carrier_sid.in_([m.sid for m in shown]))
        )
    )
    return [m for m in shown if m.sid not in taken]


def _is_blanked_among(session: Session, shown: list[CarrierMessage]) -> bool:
    """Did the carrier take a text that we have no row of, and whose words we emptied there?

    After a backup was put back it may be this very text; only a person can tell.
    """
    return any(not m.body for m in _strangers(session, shown))


def _same(one: str, other: str) -> bool:
    # Carriers trim the ends and unify line ends.
    return one.replace("\r\n", "\n").strip() == other.replace("\r\n", "\n").strip()
