"""A person's phone, what they agreed to, and whether we may text it at all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.ids import new_public_id
from records.models.base import Base, HasId


class Contact(HasId, Base):
    """A person as the line knows them. "Client" in text that people read.

    `data_key` names the contact's own key in the key store; without it nothing sealed
    about them can be read. `next_seq` numbers their messages in the order they happened.
    `age_ok` and `safe_to_text` are "unknown", "yes" or "no". `cover` names the word by which
    their dates are called in texts (cover.tea and its kin), empty for none.

    Own words (`code_word`, `duress_word`, `safe_word`) are keyed hashes of a word that only this
    client uses; they stand here because this row is read for every text anyway. `known_at` is
    when the code word last came, `doubted_at` since when it may be somebody else who texts,
    `stopped_at` when the safe word came; `decoy_turns` counts what was said since then.
    `wrong_codes` counts since `wrong_code_at`, `burst` texts since `burst_at`.
    `timer_mark` is the hash of the digits that end a running timer, empty while none runs.
    `name_sealed` is a short name by which workers find this client; `wish` by whom they would
    rather be answered: any, woman or man. `joined_to_id` is the record that took this one's
    place, once a person had made sure that both are of the same client.
    `someone_else`: what a caller does when somebody else picks up: "unknown", "wrong_number",
    "hang_up" or "ask". `reasked_at` is when "still safe to text?" was last asked.
    `erase_asked_at`: they asked to be erased, so nothing is started any more. `legal_hold_at`:
    since when nothing of theirs may be deleted.
    """

    __tablename__ = "contact"

    public_id: Mapped[str] = mapped_column(String(24), unique=True, default=new_public_id)
    data_key: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    language: Mapped[str] = mapped_column(String(8), default="en")
    script: Mapped[str] = mapped_column(String(8), default="Latn")
    language_source: Mapped[str] = mapped_column(String(8), default="default")
    safe_to_text: Mapped[str] = mapped_column(String(8), default="unknown")
    safe_asked_at: Mapped[datetime | None]
    reasked_at: Mapped[datetime | None]
    someone_else: Mapped[str] = mapped_column(String(12), default="unknown")
    age_ok: Mapped[str] = mapped_column(String(8), default="unknown")
    introduced_at: Mapped[datetime | None]
    paused_until_at: Mapped[datetime | None]
    cover: Mapped[str] = mapped_column(String(12), default="")
    is_watched: Mapped[bool] = mapped_column(Boolean, default=False)
    code_word: Mapped[str | None] = mapped_column(String(64))
    duress_word: Mapped[str | None] = mapped_column(String(64))
    safe_word: Mapped[str | None] = mapped_column(String(64))
    known_at: Mapped[datetime | None]
    doubted_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    decoy_turns: Mapped[int] = mapped_column(SmallInteger, default=0)
    wrong_codes: Mapped[int] = mapped_column(SmallInteger, default=0)
    wrong_code_at: Mapped[datetime | None]
    burst_at: Mapped[datetime | None]
    burst: Mapped[int] = mapped_column(SmallInteger, default=0)
    timer_mark: Mapped[str | None] = mapped_column(String(64))
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    last_inbound_at: Mapped[datetime | None]
    next_seq: Mapped[int] = mapped_column(Integer, default=1)
    erase_asked_at: Mapped[datetime | None]
    legal_hold_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    name_sealed: Mapped[bytes | None]
    wish: Mapped[str] = mapped_column(String(8), default="any")
    joined_to_id: Mapped[int | None] = mapped_column(BigInteger, index=True)

    __table_args__ = (
        Index("ix_contact_last_inbound_at", "last_inbound_at"),
        Index("ix_contact_created_at", "created_at"),
    )


class Address(HasId, Base):
    """Where a contact can be reached: a channel ("sms", "whatsapp", "chat") and an identifier.

    The identifier is looked up by a keyed hash and shown only by unsealing.
    `proven_at` is when that phone last texted in itself: until then it receives nothing.
    `told_of` is the line's other number that the text `told_by` told them of.
    """

    __tablename__ = "address"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    channel: Mapped[str] = mapped_column(String(12), default="sms")
    identifier_index: Mapped[str] = mapped_column(String(64))
    identifier_sealed: Mapped[bytes]
    created_at: Mapped[datetime]
    proven_at: Mapped[datetime | None]
    told_of: Mapped[str | None] = mapped_column(String(20))
    told_by: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("channel", "identifier_index"),)


class SafeHours(HasId, Base):
    """Hours in which a contact may be texted, as they said; without any the line's own hold.

    `days` is a sum of 1 for Monday, 2 for Tuesday ... 64 for Sunday, the days on which it
    begins. Minutes of the wall clock; until at or before from means until the next day.
    """

    __tablename__ = "safe_hours"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    days: Mapped[int] = mapped_column(SmallInteger, default=127)
    from_minute: Mapped[int] = mapped_column(SmallInteger)
    until_minute: Mapped[int] = mapped_column(SmallInteger)
    set_at: Mapped[datetime]


class Consent(HasId, Base):
    """One yes or no to one purpose, with the wording's version, language, time and way.

    `how`: text, staff (told to a worker, `recorded_by`) or joined (from the client's other record).
    `channel`: where it was texted; None for one told to a worker, or older than the column.
    Rows are only added; the newest row of a purpose holds.
    Purposes: reminders, check_ins, broadcasts (all news), news_dates, news_programs,
    news_changes (parts of it), evaluation, caring_silent (caring texts also
    after long silence), safety_notes.
    """

    __tablename__ = "consent"

    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(16))
    given: Mapped[bool]
    version: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    how: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str | None] = mapped_column(String(12))
    at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigInteger)


class OptOut(HasId, Base):
    """Our own ledger of numbers that said STOP; outlives the contact's erasure.

    Closed while `closed_at` is set and `reopened_at` is not. `reopen_asked_at` is when
    START was last answered with the question that only 1 can answer.
    """

    __tablename__ = "opt_out"

    channel: Mapped[str] = mapped_column(String(12), default="sms")
    identifier_index: Mapped[str] = mapped_column(String(64))
    closed_at: Mapped[datetime]
    closed_by: Mapped[str] = mapped_column(String(16))
    reopen_asked_at: Mapped[datetime | None]
    reopened_at: Mapped[datetime | None]
    contact_id: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (UniqueConstraint("channel", "identifier_index"),)
