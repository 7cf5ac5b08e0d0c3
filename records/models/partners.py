"""Who else helps: partners, what a client needs of them, and what became of each referral."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from records.ids import new_public_id
from records.models.base import Base, HasId

_CHASED = text("chase_at IS NOT NULL")


class Partner(HasId, Base):
    """An organisation that clients are referred to: for staff only, never texted to a client.

    `area` is one of bot.program.areas.AREAS. `checked_at` is when somebody last spoke with them.
    `contact_person` and `reach` hold only what an older version wrote, until it is sealed.
    """

    __tablename__ = "partner"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(16))
    contact_person: Mapped[str] = mapped_column(String(80), default="")
    reach: Mapped[str] = mapped_column(String(160), default="")
    contact_person_sealed: Mapped[bytes | None]
    reach_sealed: Mapped[bytes | None]
    checked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Referral(HasId, Base):
    """One way opened to a partner. States, in order: suggested, agreed, sent, accepted,
    attended; or declined, by either side, from any of them.

    `agreed_how` (text, in_person, phone) is the client's yes to what the note says; without it
    nothing is sent. `chase_at` is when somebody asks what became of it.
    """

    __tablename__ = "referral"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    area: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12), default="suggested")
    note_sealed: Mapped[bytes | None]
    agreed_how: Mapped[str | None] = mapped_column(String(12))
    agreed_at: Mapped[datetime | None]
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    chase_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_referral_chase", "chase_at", sqlite_where=_CHASED, postgresql_where=_CHASED),
    )


class ServiceNeed(HasId, Base):
    """One line of a client's services checklist: needed, offered, taken, each with its time.

    `source` is what said so: worker, or the name of a form.
    """

    __tablename__ = "service_need"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    area: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(40), default="worker")
    needed_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_service_need_open",
            "contact_id",
            "area",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


class Source(HasId, Base):
    """A neutral word on a card or poster, by which we know where a person heard of the line."""

    __tablename__ = "source"

    word: Mapped[str] = mapped_column(String(24))
    place: Mapped[str] = mapped_column(String(80))
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("word"),)


class Reached(HasId, Base):
    """That a contact's first text held the word of a source."""

    __tablename__ = "reached"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), unique=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), index=True)
    at: Mapped[datetime]
