"""What clients wrote down so that others may be warned: no name, no number, no minute."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


def random_id() -> int:
    """A row id that says nothing about when the row was made, as other ids do."""
    return secrets.randbits(62)


class Report(Base):
    """One report, kept without whoever wrote it and without the minute: only `week` (a Monday).

    `body_sealed` holds plate, phone and words as JSON, under the key `data_key` that all reports
    of a week share and that is destroyed when they expire. States: new, kept, merged, dropped.
    `worded_sealed` is what a worker made of it for others; `batch_id` the batch it was released
    in. To the police only with `police_basis` consent or order, and who recorded that.
    """

    __tablename__ = "report"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, default=random_id)
    week: Mapped[date] = mapped_column(Date)
    data_key: Mapped[str] = mapped_column(String(40))
    body_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(String(8), default="new")
    worded_sealed: Mapped[bytes | None]
    merged_into: Mapped[int | None] = mapped_column(BigInteger)
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    expires_on: Mapped[date] = mapped_column(Date)
    police_basis: Mapped[str | None] = mapped_column(String(8))
    police_note_sealed: Mapped[bytes | None]
    police_by: Mapped[int | None] = mapped_column(BigInteger)
    police_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_report_expires_on", "expires_on"),)


class ReportBatch(HasId, Base):
    """Reports that a worker released together; `told` is how many clients were written to."""

    __tablename__ = "report_batch"

    released_at: Mapped[datetime]
    released_by: Mapped[int] = mapped_column(BigInteger)
    told: Mapped[int] = mapped_column(BigInteger, default=0)
