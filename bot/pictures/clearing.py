"""Deletes the phone company's copies of pictures, once ours are safe or nobody is to have them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.gateways import GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox import carriers
from bot.outbox.blank import GIVE_UP, LATEST, kept_until
from bot.outbox.notices import alarm
from records.models import Message, Picture
from records.models.pictures import PictureState

log = structlog.get_logger()

AT_ONCE = 50
_OURS = (PictureState.KEPT.value, PictureState.OPENED.value)


def run(line: Line, now: datetime) -> int:
    """Deletes copies of up to AT_ONCE texts; returns of how many.

    By the rule of words: what we keep goes there once it stands in a verified backup or on a
    second machine, after 24 h at the latest. What was erased goes at once, what we do not keep
    after 24 h. Stops when the carrier does not answer.
    """
    done: list[int] = []
    refused: list[int] = []
    for message_id, sid, carrier in _due(line, now):
        try:
            way = carriers.gateway(line, carrier)
            for file in way.attached(sid):
                way.forget(sid, file.sid)
        except GatewayError as error:
            if error.code == "20404":
                done.append(message_id)  # the carrier no longer has it
            elif error.permanent:
                refused.append(message_id)
            else:
                break
        except UnknownOutcome as error:
            log.warning("deleting_stopped", kind=str(error))
            break
        else:
            done.append(message_id)
    _write_down(line, done, refused, now)
    return len(done)


def _due(line: Line, now: datetime) -> list[tuple[int, str, int]]:
    with line.database.read() as session:
        may_go = _may_go(kept_until(session), now)
        held = select(Picture.message_id).where(Picture.carrier_deleted_at.is_(None), ~may_go)
        found = session.execute(
            select(Message.id, Message.carrier_sid, Message.carrier)
            .join(Picture, Picture.message_id == Message.id)
            .where(
                Picture.carrier_deleted_at.is_(None),
                may_go,
                Picture.message_id.not_in(held),
                Message.carrier_sid.is_not(None),
            )
            .distinct()
            .limit(AT_ONCE)
        )
        return [(row_id, sid, carrier) for row_id, sid, carrier in found if sid is not None]


def _may_go(safe_until: datetime | None, now: datetime) -> ColumnElement[bool]:
    old = now - LATEST
    ours = and_(Picture.state.in_(_OURS), Picture.kept_at <= old)
    if safe_until is not None:
        ours = or_(ours, and_(Picture.state.in_(_OURS), Picture.kept_at < safe_until))
    # Still to be fetched is neither: it stays until it was, or until fetching was given up.
    others = (PictureState.NOTED.value, PictureState.REFUSED.value, PictureState.FAILED.value)
    unkept = and_(Picture.state.in_(others), Picture.noted_at <= old)
    return or_(Picture.state == PictureState.GONE.value, ours, unkept)


def _write_down(line: Line, done: list[int], refused: list[int], now: datetime) -> None:
    if not (done or refused):
        return
    with line.database.write() as session:
        if given_up := _too_long(session, refused, now):
            alarm(session, "carrier_copy_not_blanked", now)
        _mark(session, [*done, *given_up], now)


def _too_long(session: Session, message_ids: Iterable[int], now: datetime) -> list[int]:
    chosen = select(Picture.message_id).where(
        Picture.message_id.in_(list(message_ids)), Picture.noted_at <= now - GIVE_UP
    )
    return list(session.scalars(chosen.distinct()))


def _mark(session: Session, message_ids: list[int], now: datetime) -> None:
    plain = {"synchronize_session": False}
    mine = Picture.message_id.in_(message_ids)
    # Nothing here and nothing there: then nothing says any more that there was a picture.
    gone = delete(Picture).where(mine, Picture.state == PictureState.GONE.value)
    session.execute(gone, execution_options=plain)
    rest = update(Picture).where(mine).values(carrier_deleted_at=now)
    session.execute(rest, execution_options=plain)
