"""Empties the phone company's copies of texts once we surely keep our own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot import whatsapp
from bot.gateways import GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox.carriers import gateway, known
from bot.outbox.notices import alarm
from bot.resting import WAITS
from records.backup import VERIFIED
from records.models import Fact, Message
from records.models.messages import State

log = structlog.get_logger()

#: Facts whose `at` says: everything stored before then stands in a second, verified place.
VERIFIED_BACKUP, SECOND_MACHINE = VERIFIED, "second_machine"
LATEST = timedelta(hours=24)
#: A copy that the carrier still will not empty after so long is given up, with an alarm.
GIVE_UP = timedelta(days=7)
#: After so many different copies in a row that it fails at, a carrier is asked no more this round.
MOST_FAILED = 3
#: The name under which bot/resting.py remembers copies that could not be emptied.
WORK = "blank"
#: A text in which we keep a client's own word masked: the carrier must not keep it either.
MASKED = "masked"
_NOT_FINAL = (State.QUEUED, State.SENDING, State.UNKNOWN, State.SENT)
_is_whole = and_(Message.body_sealed.is_not(None), Message.reason.is_distinct_from(MASKED))
# Not since it was written: a reminder may be days old when it is handed over, and a restore must
# find in the carrier's list what was sent after the backup.
_stands_at = func.coalesce(Message.final_at, Message.sent_at, Message.created_at)


@dataclass(frozen=True)
class _Copy:
    id: int
    sid: str
    carrier: int
    is_kept: bool  # do we have all its words ourselves?
    stands_at: datetime  # the last change of the row that a restore must know about


def blank(line: Line, limit: int = 100) -> int:
    """Empties up to `limit` copies, in or out; returns how many.

    What we keep masked or not at all goes at once. Any other copy goes after its final status
    and once the text stands in a verified backup or on a second machine, so that a restore can
    fetch what arrived since; after 24 h at the latest, with an alarm when it stands in neither.
    """
    now = line.now()
    with line.database.read() as session:
        safe_until = kept_until(session)
        copies = _next(session, line, safe_until, now, limit)
    emptied, refused = _ask_carriers(line, copies, now)
    unkept = any(
        copy.id in emptied and copy.is_kept and (not safe_until or copy.stands_at >= safe_until)
        for copy in copies
    )
    _write_down(line, emptied, refused, unkept, now)
    return len(emptied)


def _ask_carriers(line: Line, copies: list[_Copy], now: datetime) -> tuple[list[int], list[_Copy]]:
    """Copy by copy: the ids of those that are empty now, and those refused for good.

    One that fails time after time, from a carrier that empties others, counts as refused.
    """
    emptied: list[_Copy] = []
    refused: list[_Copy] = []
    failed: list[_Copy] = []
    in_a_row = Counter[int]()
    for copy in copies:
        if in_a_row[copy.carrier] >= MOST_FAILED:
            continue
        is_empty = _empty(line, copy)
        {True: emptied, False: refused, None: failed}[is_empty].append(copy)
        in_a_row[copy.carrier] = in_a_row[copy.carrier] + 1 if is_empty is None else 0
    for copy in emptied:
        line.resting.ends(WORK, copy.id)
    for copy in refused + failed:
        line.resting.begins(WORK, copy.id, now)
    worn = line.resting.at(now + WAITS[-2], WORK)  # only the longest wait is longer than that
    works = {copy.carrier for copy in emptied}
    refused += [copy for copy in failed if copy.id in worn and copy.carrier in works]
    return [copy.id for copy in emptied], refused


def _empty(line: Line, copy: _Copy) -> bool | None:
    """Is it empty now? False: refused for good. None: it failed, which another time may not."""
    try:
        gateway(line, copy.carrier).blank(copy.sid)
    except GatewayError as error:
        if error.code == "20404":
            return True  # the carrier no longer has it
        return False if error.permanent else None
    except UnknownOutcome as error:
        log.warning("blanking_failed", kind=str(error))
        return None
    return True


def kept_until(session: Session) -> datetime | None:
    """Texts stored before this instant stand in a second place; None when nothing does."""
    facts = session.scalars(select(Fact.at).where(Fact.name.in_((VERIFIED_BACKUP, SECOND_MACHINE))))
    return max(facts, default=None)


def _next(
    session: Session, line: Line, safe_until: datetime | None, now: datetime, limit: int
) -> list[_Copy]:
    """What is to be emptied now: first what has not failed of late, then what has and rested."""
    failed = line.resting.at(now - WAITS[-1], WORK)
    rested = set(failed).difference(line.resting.at(now, WORK))
    may_go = _may_go(line, safe_until, now)
    first = _to_blank(session, and_(may_go, Message.id.not_in(failed)), limit)
    again = and_(may_go, Message.id.in_(rested))
    return first + _to_blank(session, again, limit - len(first))


def _may_go(line: Line, safe_until: datetime | None, now: datetime) -> ColumnElement[bool]:
    due = _stands_at <= now - LATEST
    due = or_(due, and_(~_is_whole, Message.state.not_in(_NOT_FINAL)))
    if safe_until is not None:
        is_final = and_(Message.final_at.is_not(None), Message.state.not_in(_NOT_FINAL))
        due = or_(due, and_(is_final, Message.final_at < safe_until))
    # Nobody can be asked about the copies of a carrier that is no longer in the settings: they
    # wait for its return until they are given up.
    can_be_asked = or_(Message.carrier.in_(known(line)), _stands_at <= now - GIVE_UP)
    return and_(
        Message.carrier_blanked_at.is_(None),
        Message.carrier_sid.is_not(None),
        Message.channel.in_(("sms", whatsapp.CHANNEL)),
        due,
        can_be_asked,
    )


def _to_blank(session: Session, chosen: ColumnElement[bool], limit: int) -> list[_Copy]:
    rows = session.execute(
        select(Message.id, Message.carrier_sid, Message.carrier, _is_whole, _stands_at)
        .where(chosen)
        .order_by(Message.final_at, Message.id)
        .limit(limit)
    )
    return [
        _Copy(found, sid, carrier, kept, stands)
        for found, sid, carrier, kept, stands in rows
        if sid is not None
    ]


def _write_down(
    line: Line, emptied: list[int], refused: list[_Copy], is_unkept: bool, now: datetime
) -> None:
    given_up = [copy.id for copy in refused if copy.stands_at <= now - GIVE_UP]
    if not (emptied or given_up or is_unkept):
        return
    with line.database.write() as session:
        session.execute(
            update(Message)
            .where(Message.id.in_(emptied + given_up))
            .values(carrier_blanked_at=now)
            .execution_options(synchronize_session=False)
        )
        if is_unkept:
            alarm(session, "no_verified_backup", now)
        if given_up:
            alarm(session, "carrier_copy_not_blanked", now)
    for copy_id in given_up:
        line.resting.ends(WORK, copy_id)
