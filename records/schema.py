"""Tells whether this program works on the tables, without loading what would change them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from records.database import Database

STEPS = Path(__file__).parent / "migrations" / "versions"
#: The oldest program, by the newest revision that it knows, that works on the newest tables.
#: Raised only with a step that takes something away, a version after nothing uses it any more.
SERVES_FROM = "0031"
_REVISION = re.compile(r"\d{4}")


@cache
def newest() -> str:
    """The newest revision this program knows, by the names of its steps' files.

    Looked up once: the files may be the next version's before this process has ended.
    """
    return max(path.name[:4] for path in STEPS.glob("[0-9]*.py"))


def serves(database: Database) -> bool:
    """Does this program work on the tables: its own, or newer ones that say so?

    So old and new processes serve side by side while a line is upgraded, and a line that comes
    back after a crash loses no time. Never on a database that is being moved: what stands there
    in place of a revision is none. Without tables or database no: whoever migrates will say.
    """
    try:
        found, least = _told(database)
    except SQLAlchemyError:
        return False
    return found == newest() or (_is_newer(found) and _is_known(least))


def has_outgrown(database: Database) -> bool:
    """Do newer tables say that this program no longer works on them?

    Not when there is no database to ask: that is another trouble, and passes.
    """
    try:
        found, least = _told(database)
    except SQLAlchemyError:
        return False
    return _is_newer(found) and not _is_known(least)


def _told(database: Database) -> tuple[str | None, str | None]:
    """The revision of the tables; and of newer ones, the oldest that still serves them."""
    with database.engine.connect() as connection:
        found = connection.scalar(text("SELECT version_num FROM alembic_version"))
        if not _is_newer(found):
            return found, None  # older tables have nothing to say about it
        return found, connection.scalar(text("SELECT serves_from FROM alembic_version"))


def _is_newer(found: str | None) -> bool:
    return found is not None and bool(_REVISION.fullmatch(found)) and found > newest()


def _is_known(least: str | None) -> bool:
    return least is not None and least <= newest()
