"""What speakers changed or approved in the panel, used by the line from the next text on."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.discreet import telling_words
from bot.language.segments import count, normalise
from bot.language.transliterate import transliterate
from bot.line import Line
from bot.locales.derive import ROMAN_ONLY
from bot.locales.po import DRAFT, Entry
from bot.texts import Catalogues
from bot.vocabulary import Vocabulary
from records.counters import following
from records.models import Counter, HeardWord, TextVersion

#: Counts every change of a text or a word, so that one look tells whether there is news.
NUMBERS = "texts"
NEWEST = select(Counter.value).where(Counter.name == NUMBERS)
ROMAN, SYLLABICS, REVIEWED = "iu_Latn", "iu", "reviewed"
_WHERE_TO = re.compile(r"\S*(?:://|www\.|\.(?:ca|com|info|net|org)\b)\S*|\d+", re.IGNORECASE)


def print_of(english: Entry) -> str:
    """A short print of the English, by which a later change is noticed."""
    return hashlib.sha256("\x00".join(english.forms).encode()).hexdigest()[:16]


def freshen(session: Session, line: Line) -> None:
    """Takes over what changed since this process last looked."""
    take_over(session, line, session.scalar(NEWEST))


def take_over(session: Session, line: Line, newest: int | None) -> None:
    """The same, for a caller that has read NEWEST already."""
    if (newest or 0) == line.revision:
        return
    latest = session.scalars(select(TextVersion).order_by(TextVersion.number))
    words = session.scalars(select(HeardWord).where(HeardWord.withdrawn_at.is_(None)))
    line.texts = with_versions(line.texts, {row.text_id: row for row in latest}.values())
    line.vocabulary = Vocabulary.of((row.folded, row.means) for row in words)
    line.revision = newest or 0


def with_versions(texts: Catalogues, versions: Iterable[TextVersion]) -> Catalogues:
    """The files' texts with these wordings; an approval of another English is a draft again."""
    changed = []
    for row in versions:
        english = texts.entry(row.text_id, "en")
        if english is None:
            continue  # a text that is no more
        approved = row.state == REVIEWED and row.english == print_of(english)
        signed = (row.signed_as, row.at.date().isoformat()) if approved else None
        roman = Entry(row.text_id, ROMAN, (row.body,), english.text_class, not approved, signed)
        changed.append(roman)
        if row.text_id not in ROMAN_ONLY:
            signs = transliterate(row.body, "Cans")
            changed.append(replace(roman, locale=SYLLABICS, forms=(signs,)))
    return texts.with_entries(changed)


def in_roman(body: str) -> str:
    """What a speaker typed, in roman letters that a phone sends at the small price."""
    roman = transliterate(normalise(body), "Latn").replace("ł", "&").replace("Ł", "&")
    return "\n".join(line.strip() for line in roman.strip().splitlines())


def _numbers(words: str) -> set[str]:
    """Digits and web addresses: what somebody who means harm would bring into a text."""
    return set(_WHERE_TO.findall(words))


def problems(texts: Catalogues, text_id: str, body: str, *, approve: bool) -> tuple[str, ...]:
    """Why this wording cannot be kept or approved: names of panel texts, with what is meant.

    Each is "unknown", "empty", or one of "place", "letters", "missing", "strange" (a number or
    an address that the English does not name) and "telling", followed by a colon and what is meant.
    """
    english = texts.entry(text_id, "en")
    if english is None:
        return ("unknown",)
    if not body.strip():
        return ("empty",)
    entry = Entry(text_id, ROMAN, (body,), english.text_class, True, None)
    found = (
        [f"place:{', '.join(sorted(extra))}"] if (extra := entry.places - english.places) else []
    )
    if count(body).encoding != "GSM-7":
        dear = sorted({sign for sign in body if count(sign).encoding != "GSM-7"})
        found.append(f"letters:{' '.join(dear)}")
    if approve and (missing := english.fixed - entry.fixed):
        found.append(f"missing:{', '.join(sorted(missing))}")
    if strange := _numbers(body) - _numbers(" ".join(english.forms)):
        found.append(f"strange:{', '.join(sorted(strange))}")
    own = set(telling_words(body)) - set(telling_words(" ".join(english.forms)))
    if own:
        found.append(f"telling:{', '.join(sorted(own))}")
    return tuple(found)


def add_version(
    session: Session,
    line: Line,
    text_id: str,
    body: str,
    *,
    approve: bool,
    staff_id: int,
    signed_as: str,
    now: datetime,
) -> TextVersion:
    """Keeps a wording, which counts from the commit on.

    Raises ValueError with what `problems` found.
    """
    found = problems(line.texts, text_id, body, approve=approve)
    english = line.texts.entry(text_id, "en")
    if found or english is None:
        raise ValueError("; ".join(found))
    row = TextVersion(
        number=following(session, NUMBERS),
        text_id=text_id,
        body=body,
        state=REVIEWED if approve else DRAFT,
        english=print_of(english),
        signed_as=signed_as,
        staff_id=staff_id,
        at=now,
    )
    session.add(row)
    session.flush()
    return row
