"""Writes down that files came with a text, and lets go of them again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.orm import Session

from bot.line import LineConfig
from records import rows
from records.ids import new_id
from records.models import Picture
from records.models.pictures import PictureState

#: No text carries more. Source: Twilio, "Media resource", read 2026-11-28.
MOST = 10


def arrived(
    session: Session,
    config: LineConfig,
    contact_id: int,
    message_id: int,
    count: int,
    now: datetime,
) -> None:
    """A row for each file, in the text's own transaction; fetching is for later."""
    state = PictureState.WAITING if config.keep_pictures else PictureState.NOTED
    for position in range(min(count, MOST)):
        rows.keep(
            session,
            Picture,
            id=new_id(),
            contact_id=contact_id,
            message_id=message_id,
            position=position,
            state=state.value,
            noted_at=now,
            due_at=now,
        )


def drop(session: Session, message_ids: Iterable[int]) -> None:
    """Pictures of these texts are no more; the carrier's copies go with the next sweep."""
    _drop(session, Picture.message_id.in_(list(message_ids)))


def drop_all(session: Session, contact_id: int) -> None:
    """The same for all that a client ever sent."""
    _drop(session, Picture.contact_id == contact_id)


def _drop(session: Session, which: ColumnElement[bool]) -> None:
    plain = {"synchronize_session": False}
    nowhere_else = delete(Picture).where(which, Picture.carrier_deleted_at.is_not(None))
    session.execute(nowhere_else, execution_options=plain)
    emptied = {"state": PictureState.GONE.value, "content_sealed": None, "opened_by": None}
    session.execute(update(Picture).where(which).values(emptied), execution_options=plain)
