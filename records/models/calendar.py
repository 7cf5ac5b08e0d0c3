"""Circles, groups and other dates that people can come to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Event(HasId, Base):
    """A healing circle, a peer group, a treatment module: what repeats or stands alone.

    Kinds: circle, peer, treatment, group, tutoring, mentoring, outreach.
    `place` is told to a client only on request.
    """

    __tablename__ = "event"

    kind: Mapped[str] = mapped_column(String(24), index=True)
    name: Mapped[str] = mapped_column(String(80))
    place: Mapped[str] = mapped_column(String(160), default="")
    has_food: Mapped[bool] = mapped_column(Boolean, default=False)
    has_ride: Mapped[bool] = mapped_column(Boolean, default=False)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]


class Occurrence(HasId, Base):
    """One date of an event. States: planned, cancelled."""

    __tablename__ = "occurrence"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12), default="planned")

    __table_args__ = (Index("ix_occurrence_next", "event_id", "starts_at"),)
