"""The workers' phones that may be shown that something urgent waits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class PushSubscription(HasId, Base):
    """One browser of one worker at its maker's push host. Address and keys are sealed.

    Ended by its worker, by the push host (`gone`), or after too many failures in a row.
    """

    __tablename__ = "push_subscription"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    endpoint_index: Mapped[str] = mapped_column(String(64), unique=True)
    subscription_sealed: Mapped[bytes]
    host: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(String(12))
