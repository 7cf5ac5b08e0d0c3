"""What speakers made of the line's texts, and the words of clients that staff explained."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from records.models.base import Base, HasId


class TextVersion(HasId, Base):
    """One wording of a catalogue text: `language` iu, in roman letters from which the syllabics
    follow, or fr.

    The one of a language with the highest `number` counts; older ones are its history and are
    never changed.
    States: draft, reviewed. `english` is a print of the English that the speaker had before
    them: when that changes later, an approval counts no more. `signed_as` is the name that
    the speaker chose to stand beside an approval in the published files.
    """

    __tablename__ = "text_version"

    number: Mapped[int] = mapped_column(Integer, unique=True)
    text_id: Mapped[str] = mapped_column(String(80), index=True)
    language: Mapped[str] = mapped_column(String(8), default="iu", server_default="iu")
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    english: Mapped[str] = mapped_column(String(16))
    signed_as: Mapped[str] = mapped_column(String(60), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class HeardWord(HasId, Base):
    """A word that clients text and that no book had, with what it means to the line.

    `means` is a short answer ("yes", "no", "thanks" ...) or "flow:" and the name of a flow.
    `folded` is the word in the one spelling in which texts are compared.
    """

    __tablename__ = "heard_word"

    number: Mapped[int] = mapped_column(Integer, unique=True)
    word: Mapped[str] = mapped_column(String(80))
    folded: Mapped[str] = mapped_column(String(80))
    means: Mapped[str] = mapped_column(String(40))
    dialect: Mapped[str] = mapped_column(String(60), default="")
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    __table_args__ = (
        Index(
            "uq_heard_word_in_use",
            "folded",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )
