"""Empties the phone company's copies of texts once we surely keep our own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from bot import whatsapp
from bot.gateways import GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox.carriers import gateway
from bot.outbox.notices import alarm
from records.backup import VERIFIED
from records.models import Fact, Message
from records.models.messages import State

log = structlog.get_logger()

#: Facts whose `at` says: everything stored before then stands in a second, verified place.
VERIFIED_BACKUP, SECOND_MACHINE = VERIFIED, "second_machine"
LATEST = timedelta(hours=24)
#: A copy that the carrier still will not empty after so long is given up, with an alarm.
GIVE_UP = timedelta(days=7)
#: A text in which we keep a client's own word masked: the carrier must not keep it either.
MASKED = "masked"
_NOT_FINAL = (State.QUEUED, State.SENDING, State.UNKNOWN, State.SENT)


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
        copies = _to_blank(session, safe_until, now, limit)
    emptied, refused = _ask_carriers(line, copies)
    unkept = any(
        copy.id in emptied and copy.is_kept and (not safe_until or copy.stands_at >= safe_until)
        for copy in copies
    )
    _write_down(line, emptied, refused, unkept, now)
    return len(emptied)


def _ask_carriers(line: Line, copies: list[_Copy]) -> tuple[list[int], list[_Copy]]:
    """Copy by copy: the ids of those that are empty now, and those refused for good."""
    emptied: list[int] = []
    refused: list[_Copy] = []
    away: set[int] = set()
    for copy in copies:
        if copy.carrier in away:
            continue
        try:
            gateway(line, copy.carrier).blank(copy.sid)
        except GatewayError as error:
            if error.code == "20404":
                emptied.append(copy.id)  # the carrier no longer has it
            elif error.permanent:
                refused.append(copy)
            else:
                away.add(copy.carrier)
        except UnknownOutcome as error:
            log.warning("blanking_stopped", kind=str(error))
            away.add(copy.carrier)
        else:
            emptied.append(copy.id)
    return emptied, refused


def kept_until(session: Session) -> datetime | None:
    """Texts stored before this instant stand in a second place; None when nothing does."""
    facts = session.scalars(select(Fact.at).where(Fact.name.in_((VERIFIED_BACKUP, SECOND_MACHINE))))
    return max(facts, default=None)


def _to_blank(
    session: Session, safe_until: datetime | None, now: datetime, limit: int
) -> list[_Copy]:
    # Not since it was written: a reminder may be days old when it is handed over, and a
    # restore must find in the carrier's list what was sent after the backup.
    stands_at = func.coalesce(Message.final_at, Message.sent_at, Message.created_at)
    due = stands_at <= now - LATEST
    is_whole = and_(Message.body_sealed.is_not(None), Message.reason.is_distinct_from(MASKED))
    due = or_(due, and_(~is_whole, Message.state.not_in(_NOT_FINAL)))
    if safe_until is not None:
        is_final = and_(Message.final_at.is_not(None), Message.state.not_in(_NOT_FINAL))
        due = or_(due, and_(is_final, Message.final_at < safe_until))
    rows = session.execute(
        select(Message.id, Message.carrier_sid, Message.carrier, is_whole, stands_at)
        .where(
            Message.carrier_blanked_at.is_(None),
            Message.carrier_sid.is_not(None),
            Message.channel.in_(("sms", whatsapp.CHANNEL)),
            due,
        )
        .order_by(Message.final_at)
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
