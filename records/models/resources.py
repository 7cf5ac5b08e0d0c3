"""The directory: services that a client can be sent to, each with the day it was checked."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from records.models.base import Base, HasId

_911 = re.compile(r"(?<!\d)(?<!\d[-. ])9\W?1\W?1(?!\W?\d)")
_TEXT_911 = re.compile(r"\b(text(ing)?|txt|sms)\b\W+(to\W+)?9\W?1\W?1(?!\d)", re.IGNORECASE)


class Resource(HasId, Base):
    """One service. `sendable` is false until a person has confirmed it.

    `stale_after_days` counts from `checked_on`; 911 and 988 never go stale
    (`never_stale`). `call` and `text` are the numbers as a person would dial them;
    `ask_inuktitut` tells how to get a speaker. `slug` is the row's name in the data file.
    """

    __tablename__ = "resource"

    slug: Mapped[str] = mapped_column(String(40), unique=True)
    category: Mapped[str] = mapped_column(String(24), index=True)
    name: Mapped[str] = mapped_column(String(80))
    discreet_name: Mapped[str] = mapped_column(String(80))
    call: Mapped[str | None] = mapped_column(String(32))
    text: Mapped[str | None] = mapped_column(String(48))
    hours: Mapped[str] = mapped_column(String(80), default="")
    languages: Mapped[str] = mapped_column(String(80), default="")
    ask_inuktitut: Mapped[str | None] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80), default="")
    notes: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(160))
    checked_on: Mapped[date | None]
    checked_by: Mapped[str | None] = mapped_column(String(40))
    stale_after_days: Mapped[int] = mapped_column(SmallInteger, default=180)
    never_stale: Mapped[bool] = mapped_column(Boolean, default=False)
    sendable: Mapped[bool] = mapped_column(Boolean, default=False)
    rank: Mapped[int] = mapped_column(SmallInteger, default=100)

    @validates("text")
    def _no_text_to_911(self, _: str, number: str | None) -> str | None:
        if number and _911.search(number):
            raise ValueError("911 cannot be reached by text: it stands under `call` only")
        return number

    @validates("name", "discreet_name", "hours", "languages", "ask_inuktitut", "area", "notes")
    def _never_text_911(self, _: str, words: str | None) -> str | None:
        if words and _TEXT_911.search(words):
            raise ValueError("nobody may be told to text 911: it is reached by voice only")
        return words


class ResourceCheck(HasId, Base):
    """One call to a service, and what came of it.

    `called_on` is the day of the call and `spoke_with_sealed` who answered. Outcomes: same,
    changed, no_answer, gone. `changes` is JSON: each changed column with its old and new value;
    rows are never deleted, so this is the row's history. States: done, waits (a second person
    must look at a changed number), refused (by them).
    """

    __tablename__ = "resource_check"

    slug: Mapped[str] = mapped_column(String(40), index=True)
    called_on: Mapped[date]
    spoke_with_sealed: Mapped[bytes | None]
    outcome: Mapped[str] = mapped_column(String(12))
    changes: Mapped[str] = mapped_column(Text, default="{}")
    state: Mapped[str] = mapped_column(String(8), default="done")
    made_by: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    looked_by: Mapped[int | None] = mapped_column(BigInteger)
    looked_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_resource_check_waits",
            "slug",
            unique=True,
            sqlite_where=text("state = 'waits'"),
            postgresql_where=text("state = 'waits'"),
        ),
    )
