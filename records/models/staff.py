"""The people who answer: who they are, how they sign in, and what they may do."""

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
)
from sqlalchemy.orm import Mapped, mapped_column

from records.ids import new_public_id
from records.models.base import Base, HasId


class Staff(HasId, Base):
    """A worker. Roles: caseworker, supervisor, translator, evaluator, operator.

    `gender`: woman or man, as they say themselves, for clients who wish for one; else empty.
    `panel_locale`: the catalogue in which they read the panel; empty for what their browser asks.
    """

    __tablename__ = "staff"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    login_index: Mapped[str] = mapped_column(String(64), unique=True)
    login_sealed: Mapped[bytes]
    name_sealed: Mapped[bytes]
    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    email_sealed: Mapped[bytes | None]
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str | None] = mapped_column(String(160))
    totp_sealed: Mapped[bytes | None]
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    gender: Mapped[str] = mapped_column(String(8), default="")
    panel_locale: Mapped[str] = mapped_column(String(8), default="")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]


class StaffSession(HasId, Base):
    """One signed-in browser; the cookie holds the token, the row only its hash."""

    __tablename__ = "staff_session"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(12), default="session")  # session, link, half
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: When the person last proved who they are: the most serious acts ask again.
    proved_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RecoveryCode(HasId, Base):
    """One of ten codes on paper, each good once in place of a lost phone's digits."""

    __tablename__ = "recovery_code"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    code_hash: Mapped[str] = mapped_column(String(160))
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("staff_id", "position"),)


class SignInAttempt(HasId, Base):
    """A failed sign-in, counted by account and by address so that guessing is slow."""

    __tablename__ = "sign_in_attempt"

    subject: Mapped[str] = mapped_column(String(64))
    failures: Mapped[int] = mapped_column(SmallInteger, default=0)
    last_at: Mapped[datetime]

    __table_args__ = (Index("uq_sign_in_attempt_subject", "subject", unique=True),)
