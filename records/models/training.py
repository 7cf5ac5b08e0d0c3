"""What workers have learnt before they answer alone, until when it counts, and who was let off."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Training(HasId, Base):
    """One course of one worker. It counts up to and on `until_on`.

    `topic`: suicide_prevention or de_escalation. `warned_days` is the last of the warnings
    (60, 30, 7 days before the end) that stands in the queue already.
    """

    __tablename__ = "training"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    topic: Mapped[str] = mapped_column(String(24))
    until_on: Mapped[date]
    noted_by: Mapped[str] = mapped_column(String(40))
    noted_at: Mapped[datetime]
    warned_days: Mapped[int | None] = mapped_column(SmallInteger)


class TrainingException(HasId, Base):
    """A supervisor lets a worker have new shifts without it, up to and on `until_on`."""

    __tablename__ = "training_exception"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    until_on: Mapped[date]
    reason_sealed: Mapped[bytes]
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
