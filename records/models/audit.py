"""Who did or saw what, and when: ids, kinds and times only, in a chain that shows tampering."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class AuditEntry(HasId, Base):
    """One act. Written in the act's own transaction, chained afterwards in commit order.

    `actor` is "line", "staff:<id>", "client" or "operator". `position` and `hash` stay
    empty until whoever holds the chain's lease links the entry to the one before.
    """

    __tablename__ = "audit_entry"

    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(32))
    act: Mapped[str] = mapped_column(String(40))
    contact_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    subject: Mapped[str | None] = mapped_column(String(48))
    detail: Mapped[str | None] = mapped_column(String(80))
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    hash: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index(
            "ix_audit_entry_tail",
            "id",
            sqlite_where=text("position IS NULL"),
            postgresql_where=text("position IS NULL"),
        ),
    )
