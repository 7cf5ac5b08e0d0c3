"""What was given to an evaluator, who asked, and who allowed it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from records.ids import new_public_id
from records.models.base import Base, HasId


class ExportRequest(HasId, Base):
    """A wish for the data without names: asked by one person, allowed or refused by another.

    States: asked, allowed, refused. `purpose` is what it is for, in the asker's words.
    `taken_at` is when the file was last made.
    """

    __tablename__ = "export_request"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    state: Mapped[str] = mapped_column(String(8), default="asked")
    purpose: Mapped[str] = mapped_column(String(300))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime]
    answered_by: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]


class Theme(HasId, Base):
    """A worker's coded remark on what a client lives through: a code of a fixed list, no words."""

    __tablename__ = "theme"

    contact_id: Mapped[int] = mapped_column(BigInteger, index=True)
    code: Mapped[str] = mapped_column(String(24))
    noted_by: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[datetime]


class Milestone(HasId, Base):
    """Something that changed for a client, as a worker or the client said (`source`).

    Kinds: safe_housing, papers, treatment_started, treatment_finished, school, job, income,
    left, back. `on` is the day.
    """

    __tablename__ = "milestone"

    contact_id: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(String(24))
    on: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(8))
    noted_by: Mapped[int] = mapped_column(BigInteger)
    noted_at: Mapped[datetime]


class Experience(HasId, Base):
    """A client's answer to "did this help? 1 to 5", in a month, without anything they wrote."""

    __tablename__ = "experience"

    contact_id: Mapped[int] = mapped_column(BigInteger, index=True)
    score: Mapped[int] = mapped_column(SmallInteger)
    language: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime]


class ReportRelease(HasId, Base):
    """The numbers of one report as they went out: [table, row, number or null, why null]."""

    __tablename__ = "report_release"

    first_on: Mapped[date] = mapped_column(Date)
    last_on: Mapped[date] = mapped_column(Date)
    audience: Mapped[str] = mapped_column(String(8))
    numbers: Mapped[list[Any]] = mapped_column(JSON)
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("first_on", "last_on", "audience"),)
