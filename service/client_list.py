"""Brings an existing list of clients in from a CSV file: looked at first, whole or not at all."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import phonenumbers
from sqlalchemy.orm import Session

from bot import names, people
from bot.language.locales import SPOKEN
from bot.line import Line
from records.audit import note
from records.errors import MendableError

#: Column names; the first two must be there.
COLUMNS = ("phone", "short_name", "language", "script")
LANGUAGES, SCRIPTS = SPOKEN, ("Latn", "Cans")
LONGEST_NAME, MOST_ROWS = 40, 20_000


class ListError(MendableError):
    """The file cannot be taken; the text names each row and what is wrong with it."""


@dataclass(frozen=True)
class Row:
    """One client: `phone` in E.164, and what was known of them before."""

    line: int
    phone: str
    short_name: str
    language: str
    script: str


@dataclass(frozen=True)
class Outcome:
    """What came, or would come, of a file: new clients, and those whose phone was known."""

    new: int
    known: int


def read(path: Path) -> list[Row]:
    """The rows of a file. Raises ListError with one line for each row that is wrong."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ListError(f"{path}: save it as UTF-8 first (byte {error.start} is not).") from error
    reader = csv.DictReader(text.splitlines())
    missing = [name for name in COLUMNS[:2] if name not in (reader.fieldnames or ())]
    if missing:
        raise ListError(f"{path}: the first line must name the columns {', '.join(COLUMNS)}.")
    return _checked(path, reader)


def _checked(path: Path, reader: Iterable[dict[str, str | None]]) -> list[Row]:
    rows: list[Row] = []
    wrong: list[str] = []
    seen: dict[str, int] = {}
    for number, fields in enumerate(reader, 2):
        row = _row(number, fields)
        problem = _problem(row, seen)
        if problem:
            wrong.append(f"row {number}: {problem}")
        else:
            seen[row.phone] = number
            rows.append(row)
    if len(rows) > MOST_ROWS:
        wrong.append(f"{len(rows)} rows: at most {MOST_ROWS} at once")
    if wrong:
        raise ListError(f"{path}: nothing was taken.\n" + "\n".join(wrong))
    return rows


def _row(number: int, fields: dict[str, str | None]) -> Row:
    given = {name: (fields.get(name) or "").strip() for name in COLUMNS}
    phone = people.normal_number(given["phone"])
    return Row(
        number, phone, " ".join(given["short_name"].split()), given["language"] or "en",
        given["script"] or "Latn",
    )  # fmt: skip


def _problem(row: Row, seen: dict[str, int]) -> str | None:
    try:
        is_number = phonenumbers.is_possible_number(phonenumbers.parse(row.phone))
    except phonenumbers.NumberParseException:
        is_number = False
    if not is_number:
        return "the phone is no number: write it as 613-555-0123 or +16135550123"
    if row.phone in seen:
        return f"the same phone stands in row {seen[row.phone]}"
    if not 0 < len(row.short_name) <= LONGEST_NAME:
        return f"the short name needs 1 to {LONGEST_NAME} characters"
    if row.language not in LANGUAGES or row.script not in SCRIPTS:
        return f"language is one of {', '.join(LANGUAGES)} and script {' or '.join(SCRIPTS)}"
    return None


def bring_in(line: Line, rows: list[Row], *, keep: bool) -> Outcome:
    """Adds who is not known yet, all or nothing; without `keep` only counts.

    None of them is texted by this: a phone receives nothing before it has itself texted in.
    """
    new = 0
    with line.database.write() as session:
        for row in rows:
            if people.find(session, line, "sms", row.phone) is None:
                new += 1
                if keep:
                    _add(session, line, row)
        if keep:
            note(session, line.now(), "operator", "clients_brought_in", detail=str(new))
    return Outcome(new, len(rows) - new)


def _add(session: Session, line: Line, row: Row) -> None:
    contact = people.make(session, line, "sms", row.phone, line.now()).contact
    contact.language, contact.script = row.language, row.script
    contact.language_source = "staff"
    names.keep(session, line, contact, row.short_name)
