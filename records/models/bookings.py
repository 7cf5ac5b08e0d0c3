"""Who has a seat at which date, who waits for one, and what each is reminded of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId

#: States of an appointment that takes up a seat.
BOOKED, HELD = "booked", "held"
#: States of a waiting place that may still get a seat.
WAITING, OFFERED = "waiting", "offered"
#: States of a reminder.
PLANNED, SENT, DROPPED = "planned", "sent", "dropped"

_LIVE = text("state IN ('booked','held')")
_OPEN = text("state IN ('waiting','offered')")
_PLANNED = text("state = 'planned'")


class Appointment(HasId, Base):
    """One person's place at one date.

    States: held (offered from the waiting list until `held_until_at`), booked, given_up,
    moved (to `moved_to_id`), cancelled (the date, or by a worker), lapsed (not taken up in
    time). Only held and booked ones have a `seat`, and that only where seats are counted.
    `how` it came about: text, staff, offer, walk_in. `rsvp` is what the client said: yes, no.
    `attended` is empty until somebody marked it. `details_sealed`: what only this client and
    the workers know, such as where an accompaniment goes.
    """

    __tablename__ = "appointment"

    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    seat: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(12), default=BOOKED)
    how: Mapped[str] = mapped_column(String(12), default="text")
    rsvp: Mapped[str | None] = mapped_column(String(4))
    rsvp_at: Mapped[datetime | None]
    booked_at: Mapped[datetime]
    booked_by: Mapped[int | None] = mapped_column(BigInteger)
    held_until_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    moved_to_id: Mapped[int | None] = mapped_column(BigInteger)
    attended: Mapped[bool | None] = mapped_column(Boolean)
    marked_by: Mapped[int | None] = mapped_column(BigInteger)
    marked_at: Mapped[datetime | None]
    wants_ride: Mapped[bool] = mapped_column(Boolean, default=False)
    details_sealed: Mapped[bytes | None]

    __table_args__ = (
        UniqueConstraint("occurrence_id", "seat"),
        Index(
            "uq_appointment_live",
            "occurrence_id",
            "contact_id",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_appointment_occurrence", "occurrence_id", "id"),
        Index(
            "ix_appointment_held",
            "held_until_at",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
    )


class WaitingPlace(HasId, Base):
    """Somebody who would come if a seat came free; the lowest id waits longest.

    States: waiting, offered (the seat is `appointment_id`), taken, declined, lapsed, left
    (by the client), over (the date has begun or was cancelled).
    """

    __tablename__ = "waiting_place"

    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=WAITING)
    asked_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    appointment_id: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_waiting_place_open",
            "occurrence_id",
            "contact_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )


class Reminder(HasId, Base):
    """One text that a date asks for: a step of its plan, or the news that it changed.

    `step` is minutes before the start ("2880", "180"), or moved, cancelled, missed, offer.
    `meant_at` is when the plan wants it and `due_at` when it may go; `moved` says why these
    differ: quiet (the line's quiet hours) or unsafe (the client's own). States: planned, sent
    (`message_id` is the text), dropped (for `reason`). One row for each step of a revision of
    the date: that is what keeps a text from going twice.
    """

    __tablename__ = "reminder"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointment.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    step: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(SmallInteger, default=0)
    meant_at: Mapped[datetime]
    due_at: Mapped[datetime]
    moved: Mapped[str | None] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default=PLANNED)
    reason: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("appointment_id", "step", "revision"),
        Index(
            "ix_reminder_due",
            "due_at",
            "id",
            sqlite_where=_PLANNED,
            postgresql_where=_PLANNED,
        ),
    )


class WaitingNews(HasId, Base):
    """One text to somebody who waits for a place: that the date moved, is off, is on after all.

    `step` and the states are those of a reminder. One row for each revision of the date: that is
    what keeps the same news from going twice.
    """

    __tablename__ = "waiting_news"

    waiting_id: Mapped[int] = mapped_column(ForeignKey("waiting_place.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    occurrence_id: Mapped[int] = mapped_column(ForeignKey("occurrence.id"), index=True)
    step: Mapped[str] = mapped_column(String(12))
    revision: Mapped[int] = mapped_column(SmallInteger)
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), default=PLANNED)
    reason: Mapped[str | None] = mapped_column(String(16))
    message_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    settled_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("waiting_id", "revision"),
        Index(
            "ix_waiting_news_due",
            "due_at",
            "id",
            sqlite_where=_PLANNED,
            postgresql_where=_PLANNED,
        ),
    )
