"""Practice: what workers answered to clients who do not exist. Nothing here ever leaves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class PracticeRun(HasId, Base):
    """One worker with one simulated client. `step` is the text that waits for an answer.

    `score` (0 to 100) is there once the last text was answered.
    """

    __tablename__ = "practice_run"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    script: Mapped[str] = mapped_column(String(24))
    step: Mapped[int] = mapped_column(SmallInteger, default=0)
    shown_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    score: Mapped[int | None] = mapped_column(SmallInteger)


class PracticeReply(HasId, Base):
    """One answer and what was found in it: names of findings, with spaces between."""

    __tablename__ = "practice_reply"

    run_id: Mapped[int] = mapped_column(ForeignKey("practice_run.id"), index=True)
    step: Mapped[int] = mapped_column(SmallInteger)
    words_sealed: Mapped[bytes]
    findings: Mapped[str] = mapped_column(String(80))
    minutes: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
