"""Opens a picture for one worker, once; again only for somebody who may oversee it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.line import Line
from records.audit import note
from records.models import Contact, Message, Picture
from records.models.pictures import PictureState

#: An address may hold numbers that a column cannot.
LARGEST, LARGEST_SEQ = 2**15 - 1, 2**31 - 1
OPENED, OPENED_AGAIN = "read_picture", "read_picture_again"


class SeenAlready(Exception):  # noqa: N818 - an answer, not a fault
    """Somebody has opened it; only a supervisor may open it again."""


def find(session: Session, contact: Contact, seq: int, position: int) -> Picture | None:
    """One picture of a client's text."""
    return session.scalar(_which(contact, seq, position))


def held(session: Session, contact: Contact, seq: int, position: int) -> Picture | None:
    """The same, held until the transaction ends: of two who open it one is the first."""
    return session.scalar(_which(contact, seq, position).with_for_update(of=Picture))


def _which(contact: Contact, seq: int, position: int) -> Select[Picture]:
    return (
        select(Picture)
        .join(Message, Message.id == Picture.message_id)
        .where(
            Picture.contact_id == contact.id,
            Message.contact_id == contact.id,
            Message.seq == min(seq, LARGEST_SEQ),
            Picture.position == min(position, LARGEST),
        )
    )


def open_(
    session: Session,
    line: Line,
    contact: Contact,
    row: Picture,
    staff_id: int,
    now: datetime,
    *,
    may_again: bool,
) -> bytes | None:
    """The JPEG, or None when there is none. That it was opened is written before it is seen.

    Raises SeenAlready, and ErasedError, KeyMissingError, SealBrokenError.
    """
    if row.content_sealed is None:
        return None
    is_first = row.state == PictureState.KEPT.value
    if not is_first and not may_again:
        raise SeenAlready
    content = line.vault.open_bytes(
        contact.data_key, f"picture.content:{row.id}", row.content_sealed
    )
    if is_first:
        row.state, row.opened_at, row.opened_by = PictureState.OPENED.value, now, staff_id
    note(
        session,
        now,
        f"staff:{staff_id}",
        OPENED if is_first else OPENED_AGAIN,
        contact_id=contact.id,
        subject=f"picture:{row.id}",
    )
    return content
