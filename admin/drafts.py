"""Looks at words before they go out: what they cost, what they tell, and who else writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin import threads
from admin.access import names_of, viewer
from bot.case import locale_of
from bot.discreet import telling_words
from bot.engine import Text
from bot.language.segments import count, normalise
from bot.line import Line
from records.models import Contact, Typing

#: Somebody who typed within this time is said to be writing.
WRITING = timedelta(seconds=20)
CANNED = "canned."


@dataclass(frozen=True)
class Draft:
    """What is worth knowing about words that are not sent yet. `cost` is money, or empty."""

    segments: int
    units: int
    encoding: str
    cost: str
    other_script: str
    telling: tuple[str, ...]


@dataclass(frozen=True)
class Canned:
    """A reply ready to use. `state`: reviewed, draft, or english for want of a translation."""

    name: str
    english: str
    words: str
    state: str


def draft_of(line: Line, words: str) -> Draft | None:
    """None for no words."""
    if not words.strip():
        return None
    size, price = count(normalise(words)), line.config.segment_price
    return Draft(
        segments=size.segments,
        units=size.units,
        encoding=size.encoding,
        cost=f"{size.segments * price:.2f}" if price else "",
        other_script=threads.other_script(words),
        telling=telling_words(words),
    )


def canned(line: Line, contact: Contact) -> list[Canned]:
    """Every ready reply in this client's language and script, as far as there are words."""
    locale, found = locale_of(contact), []
    for name in sorted(one for one in line.texts.ids() if one.startswith(CANNED)):
        english = line.texts.fill(Text(name), "en")
        own = line.texts.entry(name, locale) if locale != "en" else None
        if own is None:
            state = "reviewed" if locale == "en" else "english"
            found.append(Canned(name, english, english, state))
        else:
            words = line.texts.fill(Text(name), locale)
            found.append(Canned(name, english, words, "draft" if own.is_draft else "reviewed"))
    return found


def note_typing(line: Line, contact_id: int, seen_at: datetime | None) -> None:
    """Remembers that this worker is writing; at most every few seconds."""
    now = line.now()
    if seen_at is not None and now - seen_at < WRITING / 4:
        return
    with line.database.write() as session:
        session.merge(Typing(contact_id=contact_id, staff_id=viewer().id, at=now))


def writers(session: Session, line: Line, contact_id: int) -> list[str]:
    """Names of the other workers who are writing to this client right now."""
    ids = session.scalars(
        select(Typing.staff_id).where(
            Typing.contact_id == contact_id,
            Typing.staff_id != viewer().id,
            Typing.at > line.now() - WRITING,
        )
    ).all()
    return sorted(names_of(session, line, set(ids)).values())
