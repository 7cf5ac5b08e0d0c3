"""Fetches pictures from the phone company, draws them anew, and seals them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.gateways import Attached, GatewayError, UnknownOutcome
from bot.line import Line
from bot.outbox import carriers
from bot.pictures import drawing
from records.errors import ErasedError
from records.models import Contact, Message, Picture
from records.models.pictures import PictureState

log = structlog.get_logger()

AT_ONCE = 20
#: As many pictures of one client are kept within a day.
MOST_A_DAY, ONE_DAY = 40, timedelta(days=1)
#: Whoever took a picture and died with it is not waited for longer.
LEASE = timedelta(minutes=5)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class Task:
    """A picture that this process fetches; `attempt` shows later whether it still may."""

    id: int
    attempt: int
    contact_id: int
    message_id: int
    carrier: int
    message_sid: str
    file_sid: str | None
    data_key: str
    noted_at: datetime


def run(line: Line, now: datetime) -> None:
    """Fetches what is due, one after the other, outside any transaction."""
    for _ in range(AT_ONCE):
        task = _take(line, now)
        if task is None:
            return
        _fetch(line, task)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When the next picture is to be fetched."""
    with line.database.read() as session:
        return session.scalar(
            select(func.min(Picture.due_at)).where(Picture.state == PictureState.WAITING.value)
        )


def _due(now: datetime) -> Select[Picture]:
    return (
        select(Picture)
        .where(Picture.state == PictureState.WAITING.value, Picture.due_at <= now)
        .order_by(Picture.due_at, Picture.id)
        .limit(1)
    )


def _take(line: Line, now: datetime) -> Task | None:
    with line.database.read() as session:
        if session.scalar(_due(now).with_only_columns(Picture.id)) is None:
            return None
    with line.database.write() as session:
        row = session.scalar(_due(now).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.attempts, row.due_at = row.attempts + 1, now + LEASE
        message = session.get_one(Message, row.message_id)
        contact = session.get_one(Contact, row.contact_id)
        return Task(
            row.id,
            row.attempts,
            row.contact_id,
            row.message_id,
            message.carrier,
            message.carrier_sid or "",
            row.carrier_sid,
            contact.data_key,
            row.noted_at,
        )


def _fetch(line: Line, task: Task) -> None:
    if _has_many(line, task):
        _settle(line, task, PictureState.REFUSED, "too_many")
        return
    try:
        file_sid = task.file_sid or _which(line, task)
        raw = carriers.gateway(line, task.carrier).download(
            task.message_sid, file_sid, drawing.MOST_BYTES
        )
        content = drawing.redrawn(raw)
        where = f"picture.content:{task.id}"
        sealed = line.vault.seal_bytes(task.data_key, where, content)
    except drawing.NotAPicture:
        _settle(line, task, PictureState.REFUSED, "not_a_picture")
    except ErasedError:
        _settle(line, task, PictureState.GONE, None)
    except GatewayError as error:
        if error.permanent:
            _settle(line, task, PictureState.REFUSED, error.reason[:24])
        else:
            _again(line, task, error.reason)
    except UnknownOutcome:
        _again(line, task, "no_answer")
    else:
        _settle(line, task, PictureState.KEPT, None, sealed, len(content))


def _has_many(line: Line, task: Task) -> bool:
    """A flood of pictures must not fill the disk on which the words are kept."""
    kept = select(func.count()).where(
        Picture.contact_id == task.contact_id,
        Picture.kept_at > task.noted_at - ONE_DAY,
        Picture.content_sealed.is_not(None),
    )
    with line.database.read() as session:
        return (session.scalar(kept) or 0) >= MOST_A_DAY


def _which(line: Line, task: Task) -> str:
    """Which of the carrier's files this is: each file of a text belongs to one of its rows."""
    files = carriers.gateway(line, task.carrier).attached(task.message_sid)
    with line.database.write() as session:
        found = _shared_out(session, task, files)
    if found is None:  # the carrier's list may be later than its webhook
        raise GatewayError("not_there", code=None, permanent=False)
    return found


def _shared_out(session: Session, task: Task, files: list[Attached]) -> str | None:
    rows = session.scalars(
        select(Picture)
        .where(Picture.message_id == task.message_id)
        .order_by(Picture.position)
        .with_for_update()
    ).all()
    known = {row.carrier_sid for row in rows}
    free = [one.sid for one in files if one.sid not in known]
    for row in rows:
        if row.carrier_sid is None and free:
            row.carrier_sid = free.pop(0)
    return next((row.carrier_sid for row in rows if row.id == task.id), None)


def _held(session: Session, task: Task) -> Picture | None:
    """The row, while nobody else took it meanwhile and nobody erased it."""
    return session.scalar(
        select(Picture)
        .where(
            Picture.id == task.id,
            Picture.attempts == task.attempt,
            Picture.state == PictureState.WAITING.value,
        )
        .with_for_update()
    )


def _settle(
    line: Line,
    task: Task,
    state: PictureState,
    reason: str | None,
    sealed: bytes | None = None,
    size: int | None = None,
) -> None:
    now = line.now()
    with line.database.write() as session:
        row = _held(session, task)
        if row is None:
            return
        row.state, row.reason, row.kept_at = state.value, reason, now
        row.content_sealed, row.size_bytes = sealed, size
        if state is PictureState.FAILED:
            key = f"media:{row.contact_id}"
            add_item(session, now, "media", "routine", row.contact_id, row.message_id, key)


def _again(line: Line, task: Task, reason: str) -> None:
    now = line.now()
    log.warning("picture_not_fetched", kind=reason)
    if now - task.noted_at >= GIVE_UP_AFTER:
        _settle(line, task, PictureState.FAILED, reason[:24])
        return
    with line.database.write() as session:
        row = _held(session, task)
        if row is not None:
            row.due_at = now + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(task.attempt - 1, 10))
