"""Which texts may go next: what is due, in order for each person, urgent before the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from bot import whatsapp
from bot.outbox.writing import PROBE
from records.models import Message
from records.models.messages import UNFINISHED, Lane, State

CARRIED = ("sms", "voice", whatsapp.CHANNEL, PROBE)
# Written into the statement, not bound: only so can both databases use the partial indexes.
_UNFINISHED: tuple[ColumnElement[str], ...] = tuple(
    literal_column(f"'{state.value}'") for state in UNFINISHED
)
_OTHER = aliased(Message)  # made once: it copies every column
_NOW: BindParameter[datetime] = bindparam("now")
#: Clocks of machines, and of one that has just started, differ by less; one set back by hours more.
CLOCKS_APART = timedelta(minutes=5)


def unfinished(row: type[Message] = Message) -> ColumnElement[bool]:
    """The rows that still need work, by the small partial index whatever is stored besides."""
    return row.state.in_(_UNFINISHED)


def _blocked() -> ColumnElement[bool]:
    """Is there another text of the same contact that must be through first?

    An earlier one blocks once it was due, tried or is unclear; one set for later does not. No text
    waits for what is less urgent: a reminder that is tried again, or put off while an alert is
    open, must not keep a person's words back. No two but urgent ones are under way at once.
    """
    other = _OTHER
    # Meant to go at once by a clock that was a little ahead: not set for later.
    at_once = and_(other.due_at <= other.created_at, other.due_at <= bindparam("soon"))
    begun = or_(other.state != State.QUEUED, other.attempts > 0, other.due_at <= _NOW, at_once)
    earlier = and_(other.seq < Message.seq, other.lane <= Message.lane)
    overtakes = and_(other.lane > Lane.URGENT, other.lane < Message.lane)
    under_way = and_(
        other.state == State.SENDING, other.lane > Lane.URGENT, Message.lane > Lane.URGENT
    )
    return exists().where(
        other.contact_id == Message.contact_id,
        unfinished(other),
        other.id != Message.id,
        or_(and_(or_(earlier, overtakes), begun), under_way),
    )


@cache  # the statement is built once: building it took longer than running it
def sendable(
    *,
    to_staff: bool | None = None,
    last_lane: Lane = Lane.BULK,
    carrier: int | None = None,
) -> Select[Message]:
    """Up to `limit` due texts that nothing blocks at `now`, urgent first, oldest first.

    What `given` says is given when the statement is run.
    `to_staff` None takes pages and clients' texts alike, `carrier` None those of any.
    """
    whose: ColumnElement[bool] = true()
    if to_staff is not None:
        whose = Message.contact_id.is_(None) if to_staff else Message.contact_id.is_not(None)
    return (
        select(Message)
        .where(
            unfinished(),
            Message.state == State.QUEUED,
            Message.due_at <= _NOW,
            Message.lane <= last_lane,
            Message.channel.in_(CARRIED),
            whose,
            true() if carrier is None else Message.carrier == carrier,
            ~_blocked(),
        )
        .order_by(Message.lane, Message.due_at, Message.id)
        .limit(bindparam("limit", type_=Integer))
    )


def given(now: datetime, limit: int) -> dict[str, datetime | int]:
    """What a statement of `sendable` is run with."""
    return {"now": now, "soon": now + CLOCKS_APART, "limit": limit}


def next_change_at(session: Session, now: datetime) -> datetime | None:
    """The next instant after `now` at which a row comes due, unclear or not, or a lease ends."""
    at = func.min(Message.due_at)
    queued = session.scalar(
        select(at).where(
            unfinished(),
            Message.state == State.QUEUED,
            Message.channel.in_(CARRIED),
            Message.due_at > now,
        )
    )
    unclear = session.scalar(select(at).where(unfinished(), Message.state == State.UNKNOWN))
    leased = session.scalar(
        select(func.min(Message.lease_until_at)).where(unfinished(), Message.state == State.SENDING)
    )
    return min((moment for moment in (queued, unclear, leased) if moment), default=None)
