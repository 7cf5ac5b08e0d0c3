"""Questionnaires that staff build themselves, each version kept, and what was answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.ids import new_public_id
from records.models.base import Base, HasId


class Form(HasId, Base):
    """A questionnaire by its short name. `licence` says why its wording may be used here."""

    __tablename__ = "form"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    licence: Mapped[str] = mapped_column(String(300), default="")
    made_by: Mapped[int | None] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FormVersion(HasId, Base):
    """One wording of a form: what bot.program.forms reads. Never changed once published."""

    __tablename__ = "form_version"

    form_id: Mapped[int] = mapped_column(ForeignKey("form.id"), index=True)
    number: Mapped[int] = mapped_column(SmallInteger)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    saved_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("form_id", "number"),)


class FormAnswer(HasId, Base):
    """One filled-in form of a client, sealed. States: draft (saved as it is typed), done.

    `revision` counts the savings, so that an older copy of the page never overwrites a newer.
    """

    __tablename__ = "form_answer"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("form_version.id"), index=True)
    answers_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(8), default="draft")
    revision: Mapped[int] = mapped_column(SmallInteger, default=0)
    score: Mapped[int | None] = mapped_column(SmallInteger)
    band: Mapped[str | None] = mapped_column(String(40))
    begun_by: Mapped[int] = mapped_column(BigInteger)
    begun_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_form_answer_contact", "contact_id", "id"),)
