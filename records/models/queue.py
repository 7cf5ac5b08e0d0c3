"""What waits for a person, and who has it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class QueueItem(HasId, Base):
    """One thing a person must look at.

    Kinds: not_understood, wants_person, opted_out, under_age, not_delivered, held,
    media, late_text, stale_resource, unreviewed_text, no_answer, so_so, check_in_words,
    goal_help, wants_erasure, erasure_delayed, wants_copy, duty_to_report, number_gone,
    unusual_looks, safety_notes, flood, crowd, alarm, wants_booking, wants_ride, wants_company,
    call_back, not_told (a date changed and this client could not be told in time). `level`
    orders the queue: emergency, urgent, routine. `dedupe_key` keeps one open item for one
    cause. A routine item may be put off until `snoozed_until_at`; news about it brings it back
    at once. `subject` says what it is about ("occurrence:12", "staff:7"); of a wish for a time
    it is that time ("at:2026-12-01T01:00+00:00", UTC).
    """

    __tablename__ = "queue_item"

    kind: Mapped[str] = mapped_column(String(24))
    level: Mapped[str] = mapped_column(String(12), default="routine")
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    subject: Mapped[str | None] = mapped_column(String(80))
    dedupe_key: Mapped[str | None] = mapped_column(String(80))
    opened_at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(BigInteger)
    taken_at: Mapped[datetime | None]
    snoozed_until_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None] = mapped_column(String(32))

    __table_args__ = (
        Index(
            "uq_queue_item_open_cause",
            "dedupe_key",
            unique=True,
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
        Index(
            "ix_queue_item_open",
            "opened_at",
            sqlite_where=text("resolved_at IS NULL"),
            postgresql_where=text("resolved_at IS NULL"),
        ),
    )
