"""Tells whether the tables have this program's shape, without loading what would change them."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from records.database import Database

STEPS = Path(__file__).parent / "migrations" / "versions"


def newest() -> str:
    """The newest revision this program knows, by the names of its steps' files."""
    return max(path.name[:4] for path in STEPS.glob("[0-9]*.py"))


def is_current(database: Database) -> bool:
    """Is there nothing to migrate? A line that comes back after a crash has no time to lose."""
    try:
        with database.engine.connect() as connection:
            found = connection.scalars(text("SELECT version_num FROM alembic_version")).all()
    except DatabaseError:
        return False  # no tables yet, or no database: whoever migrates will say
    return list(found) == [newest()]
