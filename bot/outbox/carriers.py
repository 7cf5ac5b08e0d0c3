"""Which of two phone companies carries a text, and when the other one may take it over."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.gateways import Gateway, GatewayError
from bot.line import Line, LineConfig
from records import counters
from records.models import Address, Counter, Fact, Message
from records.models.messages import State

FIRST, SECOND = 1, 2
#: Of a hundred pages so many go by the first at rest: the second is known to work before it is
#: needed. Each failure moves points to the other at once; they drift back by themselves.
# Source: GOV.UK Notify moves 10 points of 100 a minute between its two providers and back by 10
# after 15 minutes; a line with few texts must learn from fewer failures.
AT_REST, STEP = 90, 30
BACK, BACK_EACH = 10, timedelta(minutes=5)
WEIGHT, SWITCHED = "carrier_weight", "carrier_switched"


def known(line: Line) -> tuple[int, ...]:
    """The carriers there are."""
    return (FIRST,) if line.second_gateway is None else (FIRST, SECOND)


def gateway(line: Line, carrier: int) -> Gateway:
    """The way over a carrier. Raises GatewayError when there is no second any more: what it
    has is not the first's to say."""
    if carrier == FIRST:
        return line.gateway
    if line.second_gateway is None:
        raise GatewayError("no_second_carrier", code=None, permanent=True)
    return line.second_gateway


def came_by(config: LineConfig, fields: Mapping[str, str]) -> int:
    """Which carrier a request is from that names an account and the line's number."""
    second = config.second
    if second is None:
        return FIRST
    if second.account_sid == config.account_sid:
        own = (fields.get("To"), fields.get("From"))
        return SECOND if second.sender in own else FIRST
    return SECOND if fields.get("AccountSid") == second.account_sid else FIRST


def weight(session: Session, now: datetime) -> int:
    """Of a hundred pages that begin now, how many try the first carrier first."""
    fact = session.get(Fact, WEIGHT)
    return AT_REST if fact is None else _drifted(int(fact.value), fact.at, now)


def _drifted(left_at: int, since: datetime, now: datetime) -> int:
    back = BACK * max(0, (now - since) // BACK_EACH)
    return min(AT_REST, left_at + back) if left_at < AT_REST else max(AT_REST, left_at - back)


def of_page(session: Session, line: Line, message_id: int, now: datetime) -> int:
    """By which carrier a new page goes first: by chance, but the same for the same page."""
    if line.second_gateway is None:
        return FIRST
    return FIRST if zlib.crc32(str(message_id).encode()) % 100 < weight(session, now) else SECOND


def failed(session: Session, line: Line, carrier: int, now: datetime) -> None:
    """A carrier refused, did not answer, or proved nothing: pages begin less often with it."""
    if line.second_gateway is None:
        return
    try:
        with session.begin_nested():
            fact = session.get(Fact, WEIGHT, with_for_update=True)
            if fact is None:
                fact = Fact(name=WEIGHT, value=str(AT_REST), at=now)
                session.add(fact)
            left = _drifted(int(fact.value), fact.at, now)
            moved = left - STEP if carrier == FIRST else left + STEP
            fact.value, fact.at = str(max(0, min(100, moved))), now
    except IntegrityError:
        return  # another process wrote the first one in this instant; one failure is enough


def switch(session: Session, line: Line, message: Message) -> bool:
    """Gives a text to the other carrier, if it may go by it; False when it stays."""
    other = _other(session, line, message)
    if other is None:
        return False
    message.carrier = other
    counters.following(session, SWITCHED)
    return True


def switched(session: Session) -> int:
    """How often a text was given to the other carrier, ever."""
    return session.scalar(select(Counter.value).where(Counter.name == SWITCHED)) or 0


def other_than(carrier: int) -> int:
    return SECOND if carrier == FIRST else FIRST


def _other(session: Session, line: Line, message: Message) -> int | None:
    if line.config.second is None or line.second_gateway is None:
        return None
    other = other_than(message.carrier)
    if message.contact_id is None or other == FIRST:
        return None if message.guessed_at is not None else other
    if message.guessed_at is not None or message.channel != "sms":
        return None  # the first may have it: only a refusal that is proven lets it go
    return other if is_told(session, message.address_id, line.config.second.sender) else None


def is_told(session: Session, address_id: int | None, number: str) -> bool:
    """Does this phone surely know that texts come from that number too?"""
    if address_id is None:
        return False
    told = (
        select(Message.id)
        .join(Address, Address.told_by == Message.id)
        .where(
            Address.id == address_id, Address.told_of == number, Message.state == State.DELIVERED
        )
    )
    return session.scalar(told) is not None
