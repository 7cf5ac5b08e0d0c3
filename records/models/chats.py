"""One visit of a client to the chat page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class ChatVisit(HasId, Base):
    """A browser that chats with the line until it leaves, or for 15 minutes of silence.

    `token_hash` is the keyed hash of the only cookie. `address_id` is set by the first text.
    `phrase_index` is the keyed hash of the phrase that opens the same conversation again; it
    moves to the newest visit. `seen_at` is when the client last wrote or was shown something new.
    """

    __tablename__ = "chat_visit"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"), index=True)
    phrase_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_chat_visit_seen_at", "seen_at"),)
