"""News for many: what was sent to whom, and how far it got."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

_OPEN = text("state IN ('waiting','running')")


class Broadcast(HasId, Base):
    """One text to all who said yes to news, or who have a place at a date.

    States: waiting (until `go_at`, so that it can be undone), running, done, undone.
    `cursor` is the last contact that was dealt with. Nothing leaves after `useful_until_at`.
    `topic`: only who said yes to all news or to this part of it (bot/broadcasts/weighing.py
    TOPICS). `token` names the form it came from: sent twice, it makes one broadcast. The words are
    sealed, in each language there are; they hold nothing about any client.
    """

    __tablename__ = "broadcast"

    token: Mapped[str] = mapped_column(String(40), unique=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"))
    topic: Mapped[str] = mapped_column(String(16), default="", server_default="")
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    body_sealed: Mapped[bytes]
    inuktitut_sealed: Mapped[bytes | None]
    french_sealed: Mapped[bytes | None]
    expected: Mapped[int] = mapped_column(Integer)
    queued: Mapped[int] = mapped_column(Integer, default=0)
    dropped: Mapped[int] = mapped_column(Integer, default=0)
    cursor: Mapped[int] = mapped_column(BigInteger, default=0)
    created_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    go_at: Mapped[datetime]
    useful_until_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_broadcast_open", "go_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )


class BroadcastText(HasId, Base):
    """What became of a broadcast for one contact: `message_id`, or dropped for `reason`. One row
    for each is what keeps it from going twice."""

    __tablename__ = "broadcast_text"

    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    reason: Mapped[str | None] = mapped_column(String(16))

    __table_args__ = (UniqueConstraint("broadcast_id", "contact_id"),)
