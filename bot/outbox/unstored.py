"""Keeps trying texts that came in and could not be stored, and tells people that there are some."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.gateways import CarrierMessage, GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox.carriers import gateway
from bot.outbox.notices import alarm
from records.models import Fact, Message

log = structlog.get_logger()

Receive = Callable[[CarrierMessage], object]

#: Each is a fact of this name and its SID; `at` is when it is tried next, its value the carrier.
NAME = "late:"
TOLD = " told"
#: A text so old that could not be stored is written down; when it fails once more, people are told.
NOTE_AFTER = timedelta(minutes=10)
#: It is tried again after such a part of its age, for ever.
AGAIN_AFTER_PART, AGAIN_AFTER = 10, timedelta(minutes=1)
#: A text of which the carrier does not answer is asked for again after this.
ASK_AFTER = timedelta(minutes=30)
#: Mail and notices to staff wait for the same hand.
AT_ONCE, MOST_TRIES = 20, 2


def stored(message: CarrierMessage, receive: Receive) -> bool:
    """Hands a text to `receive`. False when it raised: one text must not hide the others."""
    try:
        receive(message)
    except Exception as error:
        log.error("late_text_not_stored", kind=type(error).__name__)
        return False
    return True


def note(line: Line, messages: list[CarrierMessage], carrier: int, now: datetime) -> None:
    """Writes down those that just failed, so that they are tried for as long as it takes."""
    old = [message for message in messages if now - message.at >= NOTE_AFTER]
    if not old:
        return
    with line.database.write() as session:
        for message in old:
            _note(session, message, carrier, now)


def _note(session: Session, message: CarrierMessage, carrier: int, now: datetime) -> None:
    fact = session.get(Fact, NAME + message.sid)
    if fact is None:
        first = Fact(name=NAME + message.sid, value=str(carrier), at=now + AGAIN_AFTER)
        session.add(first)
        return
    fact.at = now + max(AGAIN_AFTER, (now - message.at) / AGAIN_AFTER_PART)
    if not fact.value.endswith(TOLD):  # once a text: who closes the alarm has seen it
        fact.value += TOLD
        alarm(session, "not_digested", now)


def try_again(line: Line, now: datetime, receive: Receive, carrier: int) -> int:
    """Fetches those that are due one by one, however old they are; how many are stored now."""
    done, tries = 0, 0
    for sid in _due(line, carrier, now):
        try:
            message = gateway(line, carrier).fetch(sid)
        except (GatewayError, UnknownOutcome) as error:
            log.warning("late_text_not_fetched", kind=str(error))
            if isinstance(error, GatewayError) and error.code == "20404":
                _forget(line, [sid])  # the carrier no longer has it: nobody can
                continue
            _put_off(line, sid, now)
            tries += 1
            if tries >= MOST_TRIES:
                break
            continue
        if stored(message, receive):
            _forget(line, [sid])
            done += 1
        else:
            note(line, [message], carrier, now)
    return done


def _due(line: Line, carrier: int, now: datetime) -> list[str]:
    """The SIDs that are due; those that are stored by now are forgotten."""
    with line.database.read() as session:
        names = session.scalars(
            select(Fact.name)
            .where(
                Fact.name.startswith(NAME),
                Fact.value.in_((str(carrier), f"{carrier}{TOLD}")),
                Fact.at <= now,
            )
            .order_by(Fact.at, Fact.name)
            .limit(AT_ONCE)
        )
        sids = [name.removeprefix(NAME) for name in names]
        known = set(
            session.scalars(select(Message.carrier_sid).where(Message.carrier_sid.in_(sids)))
        )
    _forget(line, [sid for sid in sids if sid in known])
    return [sid for sid in sids if sid not in known]


def _forget(line: Line, sids: list[str]) -> None:
    if not sids:
        return
    with line.database.write() as session:
        session.execute(delete(Fact).where(Fact.name.in_([NAME + sid for sid in sids])))


def _put_off(line: Line, sid: str, now: datetime) -> None:
    with line.database.write() as session:
        fact = session.get(Fact, NAME + sid)
        if fact is not None:
            fact.at = now + ASK_AFTER
