"""Pictures that came with a text: sealed apart from the words, opened once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class PictureState(StrEnum):
    """What became of a file that came with a text."""

    WAITING = "waiting"  # the carrier has it; it is to be fetched
    KEPT = "kept"  # sealed here; nobody has seen it
    OPENED = "opened"  # a worker has seen it
    NOTED = "noted"  # never fetched: the line is set not to keep pictures
    REFUSED = "refused"  # too large, or no picture: `reason` says which
    FAILED = "failed"  # the carrier would not hand it over for a day
    GONE = "gone"  # erased or shredded here; the carrier's copy is still to go


class Picture(HasId, Base):
    """One file of a text, `position` counting from 0.

    `content_sealed` is a JPEG that was drawn anew, sealed with the contact's own key.
    `carrier_sid` names the carrier's copy, `carrier_deleted_at` is when that went.
    `due_at` is when to fetch it; `attempts` also tells one fetcher from the next.
    """

    __tablename__ = "picture"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    position: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str | None] = mapped_column(String(24))
    carrier_sid: Mapped[str | None] = mapped_column(String(40))
    content_sealed: Mapped[bytes | None]
    size_bytes: Mapped[int | None] = mapped_column(Integer)
    noted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    kept_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    opened_by: Mapped[int | None] = mapped_column(BigInteger)
    carrier_deleted_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_picture_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_picture_at_carrier",
            "noted_at",
            sqlite_where=text("carrier_deleted_at IS NULL"),
            postgresql_where=text("carrier_deleted_at IS NULL"),
        ),
    )
