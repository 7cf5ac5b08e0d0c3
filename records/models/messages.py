"""Every text in or out, and what became of it."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class State(StrEnum):
    """What became of a message. Inbound is always RECEIVED."""

    RECEIVED = "received"
    QUEUED = "queued"
    SENDING = "sending"  # leased; the carrier may or may not have it
    UNKNOWN = "unknown"  # asked the carrier, got no answer: look it up before anything else
    SENT = "sent"  # accepted by the carrier
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    EXPIRED = "expired"  # too late to be useful, never handed over
    HELD = "held"  # the loop breaker or a pause holds it; a person can see it


#: States in which the carrier has taken the message.
ACCEPTED = (State.SENT, State.DELIVERED, State.UNDELIVERED)
#: States that still need work.
UNFINISHED = (State.QUEUED, State.SENDING, State.UNKNOWN)


class Lane(IntEnum):
    """Which goes first when the sender's rate is short."""

    URGENT = 0  # pages to staff and the first reply to an urgent text
    REPLY = 1  # answers to what a person just texted, and staff's own words
    TIMED = 2  # reminders, check-ins
    BULK = 3  # broadcasts


class Message(HasId, Base):
    """One text, call or mail.

    `seq` orders one contact's messages exactly, whatever the clocks of several machines
    say. A message to staff has no contact. Outbound rows are also the work to be done:
    `due_at`, `lease_until_at` and `lease_token` belong to the sender that took the row. `ask_at`
    is when to ask the carrier about a text it took and has not reported on.
    `carrier` is the one it came by or goes by, 1 or 2; `guessed_at` when an urgent one went
    again though nobody could say whether the carrier had it. `text_id` names the catalogue
    text of an automatic message, `template_sid` the approved wording it goes by on WhatsApp when
    the client has not written there for a day; `signals` holds triage's reasons without any of
    the client's words.
    """

    __tablename__ = "message"

    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    seq: Mapped[int | None] = mapped_column(Integer)
    staff_id: Mapped[int | None] = mapped_column(BigInteger)
    address_id: Mapped[int | None] = mapped_column(ForeignKey("address.id"))
    direction: Mapped[str] = mapped_column(String(8))
    channel: Mapped[str] = mapped_column(String(12), default="sms")
    purpose: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(12))
    body_sealed: Mapped[bytes | None]
    text_id: Mapped[str | None] = mapped_column(String(64))
    language: Mapped[str | None] = mapped_column(String(8))
    script: Mapped[str | None] = mapped_column(String(8))
    carrier_sid: Mapped[str | None] = mapped_column(String(40), unique=True)
    created_at: Mapped[datetime]
    answered_by_id: Mapped[int | None] = mapped_column(BigInteger)  # staff who wrote it
    media_count: Mapped[int] = mapped_column(SmallInteger, default=0)
    is_late: Mapped[bool] = mapped_column(Boolean, default=False)
    level: Mapped[str | None] = mapped_column(String(12))
    kind: Mapped[str | None] = mapped_column(String(24))
    signals: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON)
    lane: Mapped[int] = mapped_column(SmallInteger, default=Lane.REPLY)
    due_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    lease_until_at: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(40))
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    sending_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    final_at: Mapped[datetime | None]
    error_code: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(String(48))
    segments: Mapped[int | None] = mapped_column(SmallInteger)
    encoding: Mapped[str | None] = mapped_column(String(8))
    sender: Mapped[str | None] = mapped_column(String(40))
    carrier_blanked_at: Mapped[datetime | None]
    carrier: Mapped[int] = mapped_column(SmallInteger, default=1)
    guessed_at: Mapped[datetime | None]
    ask_at: Mapped[datetime | None]
    template_sid: Mapped[str | None] = mapped_column(String(40))

    __table_args__ = (
        UniqueConstraint("contact_id", "seq"),
        Index(
            "ix_message_work",
            "lane",
            "due_at",
            "id",
            sqlite_where=text("state IN ('queued','sending','unknown')"),
            postgresql_where=text("state IN ('queued','sending','unknown')"),
        ),
        Index(
            "ix_message_unfinished_contact",
            "contact_id",
            "seq",
            sqlite_where=text("state IN ('queued','sending','unknown')"),
            postgresql_where=text("state IN ('queued','sending','unknown')"),
        ),
        # The belt behind the gate: two senders never hold one contact's texts at once.
        Index(
            "uq_message_contact_sending",
            "contact_id",
            unique=True,
            sqlite_where=text("state = 'sending' AND lane > 0"),
            postgresql_where=text("state = 'sending' AND lane > 0"),
        ),
        # Taken by the carrier and not reported on: `ask_at` is when to ask about it.
        Index(
            "ix_message_unreported",
            "ask_at",
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
        # A worker's own texts and what they were told: few beside those of clients.
        Index(
            "ix_message_staff",
            "staff_id",
            "created_at",
            sqlite_where=text("staff_id IS NOT NULL"),
            postgresql_where=text("staff_id IS NOT NULL"),
        ),
        Index(
            "ix_message_to_blank",
            "final_at",
            sqlite_where=text("carrier_blanked_at IS NULL AND carrier_sid IS NOT NULL"),
            postgresql_where=text("carrier_blanked_at IS NULL AND carrier_sid IS NOT NULL"),
        ),
    )


class DeliveryReceipt(HasId, Base):
    """One status callback, kept even when it arrives before we know its message."""

    __tablename__ = "delivery_receipt"

    carrier_sid: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(16))
    error_code: Mapped[str | None] = mapped_column(String(12))
    message_id: Mapped[int | None] = mapped_column(BigInteger)
    received_at: Mapped[datetime]
    is_matched: Mapped[bool] = mapped_column(Boolean, default=False)

    __table_args__ = (
        UniqueConstraint("carrier_sid", "status"),
        Index(
            "ix_delivery_receipt_parked",
            "received_at",
            sqlite_where=text("NOT is_matched"),
            postgresql_where=text("NOT is_matched"),
        ),
    )
