"""A time by which somebody said they would be safe."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

_OPEN = text("closed_at IS NULL")


class SafetyTimer(HasId, Base):
    """A client's own timer. Closed only by their digits or code word, or by a person.

    `step` is how often the client was asked since `ends_at`; `next_at` when something is due,
    empty once people were paged at `paged_at`. `message_id` is the text that started it,
    `asked_id` the last question that was sent. `more_at`: the new end that the client asked
    for and still has to confirm with their digits. `wrong` counts digits that were not theirs.
    `note_sealed` (place, plate, whom to call) is gone once it was closed safely.
    `closed_how`: "digits", "code_word", "duress", "staff".
    """

    __tablename__ = "safety_timer"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    address_id: Mapped[int] = mapped_column(BigInteger)
    message_id: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    more_at: Mapped[datetime | None]
    on_way_at: Mapped[datetime | None]
    note_sealed: Mapped[bytes | None]
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    wrong: Mapped[int] = mapped_column(SmallInteger, default=0)
    next_at: Mapped[datetime | None]
    asked_id: Mapped[int | None] = mapped_column(BigInteger)
    paged_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        Index(
            "uq_safety_timer_open",
            "contact_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_safety_timer_next", "next_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )
