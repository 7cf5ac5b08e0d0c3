"""What workers leave for one another: notes, hand-overs, corrections, and who is writing now."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Note(HasId, Base):
    """A worker's words about a client, sealed with the client's key. Never sent to anyone."""

    __tablename__ = "note"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    staff_id: Mapped[int] = mapped_column(BigInteger)
    body_sealed: Mapped[bytes]
    at: Mapped[datetime]

    __table_args__ = (Index("ix_note_contact_at", "contact_id", "at"),)


class Handover(HasId, Base):
    """One worker asks another to take over; nothing changes until that one confirms.

    Either a turn on call (`slot`, until `until_at`) with every item the first one has, or one
    urgent item (`escalation_id`). While a turn's hand-over is asked, `override_id` keeps the
    first one on call whatever the rota says. States: asked, accepted, declined, withdrawn.
    """

    __tablename__ = "handover"

    from_staff_id: Mapped[int] = mapped_column(BigInteger)
    to_staff_id: Mapped[int] = mapped_column(BigInteger)
    slot: Mapped[str | None] = mapped_column(String(12))
    until_at: Mapped[datetime | None]
    override_id: Mapped[int | None] = mapped_column(BigInteger)
    escalation_id: Mapped[int | None] = mapped_column(ForeignKey("escalation.id"))
    note_sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(String(12), default="asked")
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_handover_open",
            "asked_at",
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )


class Correction(HasId, Base):
    """What a worker says triage should have made of a text: read by a person later.

    Nothing learns from it by itself. The reason is sealed with the client's key.
    """

    __tablename__ = "triage_correction"

    message_id: Mapped[int] = mapped_column(BigInteger, index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    staff_id: Mapped[int] = mapped_column(BigInteger)
    was: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(24))
    reason_sealed: Mapped[bytes]
    at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index(
            "ix_triage_correction_to_review",
            "at",
            sqlite_where=text("reviewed_at IS NULL"),
            postgresql_where=text("reviewed_at IS NULL"),
        ),
    )


class Typing(Base):
    """A worker is writing to a client; `at` is when they last typed."""

    __tablename__ = "typing"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[datetime]
