"""A client's short name: kept sealed, and found by the first letters of any of its words."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.language.transliterate import transliterate
from bot.line import Line
from records.errors import MendableError
from records.models import Contact, NameMark

SHORTEST, LONGEST_BEGINNING = 3, 12
LONGEST = 40
_WORD = re.compile(r"[^\W_]+")


def name_of(line: Line, contact: Contact) -> str:
    """The short name; empty when there is none or the client was erased."""
    if contact.name_sealed is None:
        return ""
    try:
        return line.vault.open(contact.data_key, f"contact.name:{contact.id}", contact.name_sealed)
    except MendableError:
        return ""


def keep(session: Session, line: Line, contact: Contact, name: str) -> None:
    """Puts a new name (empty: none) in place of the old one, and what finds it.

    Raises ErasedError.
    """
    forget_marks(session, contact.id)
    if not name:
        contact.name_sealed = None
        return
    where = f"contact.name:{contact.id}"
    contact.name_sealed = line.vault.seal(contact.data_key, where, name[:LONGEST])
    for beginning in sorted(beginnings(name[:LONGEST])):
        session.add(NameMark(mark=_mark(line, beginning), contact_id=contact.id))


def forget_marks(session: Session, contact_id: int) -> None:
    """After this the name finds nobody."""
    session.execute(
        delete(NameMark)
        .where(NameMark.contact_id == contact_id)
        .execution_options(synchronize_session=False)
    )


def find(session: Session, line: Line, typed: str, most: int) -> list[Contact] | None:
    """Up to `most` clients whose name has words that begin so; None for too few letters.

    Syllabics and roman letters find each other. A record that became part of another is not
    found any more.
    """
    marks = [_mark(line, word[:LONGEST_BEGINNING]) for word in _words(typed)]
    if not marks:
        return None
    found = (
        select(NameMark.contact_id)
        .where(NameMark.mark.in_(marks))
        .group_by(NameMark.contact_id)
        .having(func.count() == len(set(marks)))
        .limit(most)
    )
    return list(session.scalars(select(Contact).where(Contact.id.in_(found)).order_by(Contact.id)))


def _mark(line: Line, beginning: str) -> str:
    return line.vault.index("name.beginning", beginning)


def beginnings(name: str) -> set[str]:
    """The first letters, of each length that can be searched, of every word of a name."""
    return {
        word[:length]
        for word in _words(name)
        for length in range(SHORTEST, min(len(word), LONGEST_BEGINNING) + 1)
    }


def _words(text: str) -> list[str]:
    """Words of three letters and more, in roman letters without marks and capitals."""
    plain = unicodedata.normalize("NFKD", transliterate(text, "Latn")).casefold()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return [word for word in _WORD.findall(bare) if len(word) >= SHORTEST]
