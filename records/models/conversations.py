"""Where a conversation stands: which question waits, and whether a person has taken over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Conversation(Base):
    """One contact's conversation. While `handed_off_at` is set the bot is silent.

    `turns_in_a_row` counts automatic answers since a person last wrote, for the loop cap.
    """

    __tablename__ = "conversation"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    handed_off_at: Mapped[datetime | None]
    handed_off_to: Mapped[int | None] = mapped_column(BigInteger)
    not_understood: Mapped[int] = mapped_column(SmallInteger, default=0)
    topics: Mapped[str] = mapped_column(String(120), default="")
    last_turn_at: Mapped[datetime | None]
    last_text_hash: Mapped[str | None] = mapped_column(String(64))
    last_text_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_conversation_handed_off",
            "handed_off_to",
            sqlite_where=text("handed_off_at IS NOT NULL"),
            postgresql_where=text("handed_off_at IS NOT NULL"),
        ),
    )


class Question(HasId, Base):
    """A question that waits: the flow's step by name, and a small sealed dict.

    A bare digit answers the newest open question whose message the carrier accepted;
    older ones stay open underneath, so an interrupted flow can go on.
    Outcome: answered, expired, replaced, interrupted.
    """

    __tablename__ = "question"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    flow: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(32))
    data_sealed: Mapped[bytes | None]
    choices: Mapped[str] = mapped_column(String(64), default="")
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(SmallInteger, default=0)
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        Index(
            "ix_question_open",
            "contact_id",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )
