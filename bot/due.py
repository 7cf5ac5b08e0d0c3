"""Settles what is due for clients one by one: what fails for one holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot import people
from bot.line import Line
from records.models import Contact

log = structlog.get_logger()

Settle = Callable[[Session, Line, Contact, int, datetime], None]


def each(line: Line, due: Iterable[Any], settle: Settle, now: datetime, failed: str) -> None:
    """Settles each (row id, contact id) in a transaction of its own, the contact locked.

    What fails is logged as `failed` and tried again at the next tick. Wakes the senders if there
    was anything.
    """
    rows = list(due)
    for row_id, contact_id in rows:
        try:
            with line.database.write() as session:
                settle(session, line, people.locked(session, contact_id), row_id, now)
        except Exception as error:  # the others must not wait for it
            log.error(failed, kind=type(error).__name__)
    if rows:
        line.wake.now(is_urgent=False)
