"""What the machines tell one another: who does what, who is alive, how fast to send."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Float, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base


class Lease(Base):
    """A duty that one process has at a time, until `until_at`."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str] = mapped_column(String(40))
    until_at: Mapped[datetime]


class Heartbeat(Base):
    """The last tick of one scheduler process."""

    __tablename__ = "heartbeat"

    machine: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[str] = mapped_column(String(24))
    ticked_at: Mapped[datetime]


class TokenBucket(Base):
    """How many texts a sender may still send right now."""

    __tablename__ = "token_bucket"

    sender: Mapped[str] = mapped_column(String(40), primary_key=True)
    tokens: Mapped[float] = mapped_column(Float)
    refilled_at: Mapped[datetime]


class Fact(Base):
    """A small fact about this installation: sample data loaded, last sweep, last backup."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
