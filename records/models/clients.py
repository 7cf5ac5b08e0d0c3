"""How a client is found again, and how two records become one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class NameMark(Base):
    """The keyed hash of the first letters of a word in a client's short name.

    One row for each length from three letters on: so a name is found by its beginning and can
    not be read here.
    """

    __tablename__ = "name_mark"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), primary_key=True, index=True)


class Joining(HasId, Base):
    """One client has two records: a number that changed, or two phones.

    `how`: change (the phone of `contact_id` is no longer theirs) or merge (both are). Nothing
    happens until a worker confirms that they met the client. States: asked, done, withdrawn.
    """

    __tablename__ = "joining"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    how: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(12), default="asked")
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    settled_by: Mapped[int | None] = mapped_column(BigInteger)
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_joining_open",
            "contact_id",
            unique=True,
            sqlite_where=text("state = 'asked'"),
            postgresql_where=text("state = 'asked'"),
        ),
    )
