"""Keys in workers' own devices that sign them in; the line holds only the public half."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class Passkey(HasId, Base):
    """One passkey of one worker. `sign_count` is what their device last counted."""

    __tablename__ = "passkey"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)
    credential_id: Mapped[bytes]
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class UsedChallenge(Base):
    """A challenge that was answered: nobody answers it twice. Kept until it is too old anyway."""

    __tablename__ = "used_challenge"

    print: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
