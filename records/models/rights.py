"""What the law gives a person or asks of us: to be forgotten, and the duty to report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

_OPEN = text("ended_at IS NULL")
_UNDECIDED = text("decided_at IS NULL")


class Erasure(HasId, Base):
    """A client asked that everything about them be erased.

    Nothing is started from `asked_at`; a person who spoke with them confirms it (`how`: voice
    or in_person), and it is done at `due_at`, 7 days later, unless they undo it. `next_at` is
    when it is looked at next; `delayed` says why it could not be done then: hold, urgent or
    timer. `outcome`: undone or done.
    """

    __tablename__ = "erasure"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[int | None] = mapped_column(BigInteger)
    how: Mapped[str | None] = mapped_column(String(12))
    due_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    delayed: Mapped[str | None] = mapped_column(String(12))
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))

    __table_args__ = (
        Index(
            "uq_erasure_open",
            "contact_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class DutyFlag(HasId, Base):
    """A text says that somebody may be younger than 16 and unsafe: a person decides.

    `kind`: own_age or child. `checked` holds what the worker went through, as codes with commas.
    `decision`: reported, not_needed. The reason is sealed with the client's key. The machine
    reports to nobody.
    """

    __tablename__ = "duty_flag"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    message_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    opened_at: Mapped[datetime]
    checked: Mapped[str] = mapped_column(String(80), default="")
    decision: Mapped[str | None] = mapped_column(String(12))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    reason_sealed: Mapped[bytes | None]

    __table_args__ = (
        Index(
            "uq_duty_flag_undecided",
            "contact_id",
            unique=True,
            sqlite_where=_UNDECIDED,
            postgresql_where=_UNDECIDED,
        ),
    )
