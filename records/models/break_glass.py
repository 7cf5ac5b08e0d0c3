"""Times that somebody without the right to read clients got into one record, and why."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class BreakGlass(HasId, Base):
    """One worker, one client, for a while. The reason is sealed with the client's own key."""

    __tablename__ = "break_glass"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    reason_sealed: Mapped[bytes]
    opened_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (Index("ix_break_glass_contact_id", "contact_id"),)
