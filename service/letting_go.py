"""Shows how long each kind of thing is kept, and lets go of what is due when told to."""

from __future__ import annotations

from collections.abc import Callable

from bot import retention
from records import migrate
from service import compose
from service import settings as settings_of
from service.settings import Settings


def go(settings: Settings, tell: Callable[[str], None], *, really: bool) -> None:
    """One line a class; with `really` what is due goes, a batch a commit. Raises MendableError."""
    settings_of.present(settings)
    line = compose.build(settings)
    try:
        migrate.check(line.database)
        now = line.now()
        tell(f"LEGAL_PROFILE {line.config.legal_profile}")
        with line.database.read() as session:
            rows = retention.standing(session, line, now)
        for row in rows:
            tell(f"{row.name}: {row.days} days; {row.due} due, {row.held} held")
        if not really:
            tell("Nothing was changed. With --run what is due goes.")
            return
        retention.purge(line, now, lambda name, gone: tell(f"{name}: {gone} gone"))
    finally:
        line.database.close()
