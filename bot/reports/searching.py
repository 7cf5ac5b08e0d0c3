"""Finds reports by part of a plate or a number, or by words, opening all of them in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line import Line
from records.errors import MendableError
from records.models import Report

_NO_DIGIT, _NO_SIGN = re.compile(r"\D+"), re.compile(r"[^0-9a-z]+")
_WORD = re.compile(r"[\w']+")


@dataclass(frozen=True)
class Found:
    """One report, opened."""

    id: int
    week: date
    state: str
    plate: str
    phone: str
    words: str


def find(
    session: Session, line: Line, today: date, *, plate: str = "", phone: str = "", words: str = ""
) -> list[Found]:
    """Unexpired reports that hold all that was asked for, the newest week first.

    A plate or a number fits where its signs stand together anywhere in the report's plate,
    number or words; each word fits as the beginning of a word. Nothing asked finds all.
    """
    parts = _bare(plate), _NO_DIGIT.sub("", phone)
    wanted = tuple(re.compile(rf"\b{re.escape(word)}") for word in _WORD.findall(words.casefold()))
    return [one for one in _all(session, line, today) if _fits(one, parts, wanted)]


def _fits(one: Found, parts: tuple[str, str], wanted: tuple[re.Pattern[str], ...]) -> bool:
    plate, phone = parts
    if plate and plate not in _bare(one.plate) and plate not in _bare(one.words):
        return False
    if phone and phone not in _NO_DIGIT.sub("", f"{one.phone} {one.words}"):
        return False
    if not wanted:
        return True
    there = f"{one.words} {one.plate} {one.phone}".casefold()
    return all(part.search(there) for part in wanted)


def _bare(plate: str) -> str:
    return _NO_SIGN.sub("", plate.casefold())


def _all(session: Session, line: Line, today: date) -> Iterator[Found]:
    rows = session.execute(
        select(Report.id, Report.week, Report.state, Report.data_key, Report.body_sealed)
        .where(Report.expires_on > today)
        .order_by(Report.week.desc(), Report.id)
    )
    opened, loads = line.vault.open, json.loads
    for row_id, week, state, ref, sealed in rows:
        try:
            body = loads(opened(ref, f"report.body:{row_id}", sealed))
        except MendableError:  # one that cannot be opened hides none of the others
            continue
        yield Found(row_id, week, state, body["plate"], body["phone"], body["words"])
