"""Fetches the texts that the phone company has and that never reached us."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.gateways import CarrierMessage, GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox import carriers, unstored
from bot.outbox.carriers import FIRST
from bot.outbox.unstored import Receive, stored
from records.models import Fact, Message

log = structlog.get_logger()

WATERMARK = "inbound_sweep"
#: Since when each sweep failed; there is no such fact while they succeed.
AWAY = "carrier_away"
FIRST_LOOK_BACK = timedelta(hours=24)
#: So far back every sweep looks again: the carrier may list a text some time after it arrived.
#: What is older was looked at when it was: a sweep begins where the last one came to.
OVERLAP = timedelta(minutes=5)
#: The first step forward; each next one is twice as long while few texts are found.
STEP, MANY = timedelta(minutes=10), 500
#: Of the last day so much is listed at once.
LONG_STEP = timedelta(hours=2)
#: A list that could not be had is asked for again over so short a time: of a crowd's long list some
#: page fails each time, and what needs all of it at once would never be fetched. Refusals come at
#: once, and five more tries cost nothing. Who hangs is asked once more only: mail and notices to
#: staff wait for the same hand.
SHORTEST, MOST_TRIES = timedelta(seconds=20), 6
HUNG, AS_MANY = timedelta(seconds=1), MOST_TRIES // 2
#: So long a text that cannot be stored keeps the sweeps looking from where it came. Then they go
#: on without it, and it is fetched by itself (bot/outbox/unstored.py).
HOLD = timedelta(hours=1)
#: A webhook may still be on its way: it takes 15 s at most and the carrier tries it again.
STILL_COMING = timedelta(seconds=30)


def sweep_inbound(
    line: Line,
    now: datetime,
    receive: Receive,
    carrier: int = FIRST,
) -> int:
    """Hands every text that a carrier lists and we lack to `receive`; returns how many.

    Goes forward in steps and remembers each, so that after a long silence a process that is
    stopped half-way does not begin again. What `receive` raises is logged, and that text is
    tried again at the next sweep, after an hour by itself and ever less often.
    """
    watermark, gateway = _of(WATERMARK, carrier), carriers.gateway(line, carrier)
    since, step = _begin(line, watermark, now)
    last, found, tries = now - STILL_COMING, 0, 0
    failed_at: list[datetime] = []
    while since < last and tries < MOST_TRIES:
        until, asked_at = min(since + step, last), line.now()
        try:
            listed = list(gateway.received_between(since, until))
        except (GatewayError, UnknownOutcome) as error:
            log.warning("sweep_failed", kind=type(error).__name__)
            step, tries = SHORTEST, tries + (AS_MANY if line.now() - asked_at > HUNG else 1)
            continue
        with line.database.read() as session:
            missing = _missing(session, listed)
        failed = [message for message in missing if not stored(message, receive)]
        unstored.note(line, failed, carrier, now)
        found += len(missing) - len(failed)
        failed_at += [message.at for message in failed if message.at > now - HOLD]
        _move_watermark(line, watermark, min([until, now - OVERLAP, *failed_at]), now)
        since, step, tries = until, step if len(listed) > MANY else 2 * step, 0
    _note(line, _of(AWAY, carrier), now, is_away=tries >= MOST_TRIES)
    if tries < MOST_TRIES:
        found += unstored.try_again(line, now, receive, carrier)
    return found


def look_again(
    line: Line,
    now: datetime,
    receive: Receive,
    carrier: int = FIRST,
) -> int:
    """The same for the whole last day: in trouble a carrier lists a text hours after it came, when
    the sweeps have gone past it. A list that could not be had is left to the next time."""
    gateway, found = carriers.gateway(line, carrier), 0
    since, last = now - FIRST_LOOK_BACK, now - OVERLAP
    while since < last:
        until = min(since + LONG_STEP, last)
        try:
            listed = list(gateway.received_between(since, until))
        except (GatewayError, UnknownOutcome) as error:
            log.warning("sweep_failed", kind=type(error).__name__)
            return found
        with line.database.read() as session:
            missing = _missing(session, listed)
        failed = [message for message in missing if not stored(message, receive)]
        unstored.note(line, failed, carrier, now)
        found += len(missing) - len(failed)
        since = until
    return found


def away_since(session: Session, line: Line) -> datetime | None:
    """Since when a carrier has let every sweep fail; None while all can be asked. It shows a
    refusal also when nobody texts and nothing is sent."""
    names = [_of(AWAY, carrier) for carrier in carriers.known(line)]
    return session.scalar(select(func.min(Fact.at)).where(Fact.name.in_(names)))


def _of(name: str, carrier: int) -> str:
    return name if carrier == FIRST else f"{name}_{carrier}"


def _note(line: Line, name: str, now: datetime, *, is_away: bool) -> None:
    with line.database.read() as session:
        if is_away is (session.get(Fact, name) is not None):
            return
    with line.database.write() as session:
        if is_away:
            session.add(Fact(name=name, value="", at=now))
        else:
            session.execute(delete(Fact).where(Fact.name == name))


def _begin(line: Line, watermark: str, now: datetime) -> tuple[datetime, timedelta]:
    """From when on to look, and how far at the first step."""
    with line.database.read() as session:
        fact = session.get(Fact, watermark)
        if fact is None:
            return now - FIRST_LOOK_BACK, FIRST_LOOK_BACK
        if fact.at > now:
            # A clock that was ahead has been set back: while it was, nothing was looked for.
            return now - FIRST_LOOK_BACK, STEP
        return min(fact.at, now - OVERLAP), STEP


def _missing(session: Session, listed: list[CarrierMessage]) -> list[CarrierMessage]:
    known: set[str | None] = set()
    sids = [message.sid for message in listed]
    for start in range(0, len(sids), 500):
        part = Message.carrier_sid.in_(sids[start : start + 500])
        known.update(session.scalars(select(Message.carrier_sid).where(part)))
    return [message for message in listed if message.sid not in known]


def _move_watermark(line: Line, watermark: str, at: datetime, now: datetime) -> None:
    with line.database.write() as session:
        fact = session.get(Fact, watermark)
        if fact is None:
            session.add(Fact(name=watermark, value="", at=at))
        else:
            fact.at = at if fact.at > now else max(fact.at, at)
