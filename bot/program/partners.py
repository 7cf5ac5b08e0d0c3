"""Whom to ask for at a partner and how to reach them: sealed, as all names and numbers are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from bot.line import Line
from records.keystore import SYSTEM
from records.models import Partner

FIELDS = ("contact_person", "reach")


def keep(line: Line, row: Partner, given: dict[str, str]) -> None:
    """Seals what was typed for FIELDS, by name, to the row; `row.id` must be there."""
    for name in FIELDS:
        words = given[name]
        sealed = line.vault.seal(SYSTEM, _where(row, name), words) if words else None
        setattr(row, f"{name}_sealed", sealed)
        setattr(row, name, "")


def read(line: Line, row: Partner) -> dict[str, str]:
    """FIELDS by name, in plain; "" for what was not given."""
    return {name: getattr(row, name) or _opened(line, row, name) for name in FIELDS}


def seal_open(line: Line, now: datetime) -> None:
    """What a version before this one wrote in plain is sealed."""
    stands_open = select(Partner).where(or_(*(getattr(Partner, name) != "" for name in FIELDS)))
    with line.database.read() as session:
        if session.scalar(stands_open.limit(1)) is None:
            return
    with line.database.write() as session:
        for row in session.scalars(stands_open.with_for_update()):
            keep(line, row, read(line, row))


def _opened(line: Line, row: Partner, name: str) -> str:
    sealed: bytes | None = getattr(row, f"{name}_sealed")
    return line.vault.open(SYSTEM, _where(row, name), sealed) if sealed else ""


def _where(row: Partner, name: str) -> str:
    return f"partner.{name}:{row.id}"
