"""Settles what is due for clients one by one: what fails for one holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from bot import people
from bot.line import Line
from bot.resting import WAITS
from records.errors import BusyError
from records.models import Contact

log = structlog.get_logger()

#: The columns by which rows are known and are due.
Id = ColumnElement[int] | InstrumentedAttribute[int]
Due = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
#: The database is busy or away: no fault of the row that was looked at.
AWAY = (OperationalError, InterfaceError, TimeoutError, BusyError)
Settle = Callable[[Session, Line, Contact, int, datetime], None]


@contextmanager
def apart(
    line: Line, row_id: int, now: datetime, failed: str, waits: Sequence[timedelta] = WAITS
) -> Iterator[None]:
    """What is done inside for one row holds up no other: if it fails, that is logged as `failed`
    and the row rests, ever longer by `waits`, but not where only the database was busy or away."""
    try:
        yield
    except AWAY as error:
        log.error(failed, kind=type(error).__name__)
    except Exception as error:  # the others must not wait for it
        log.error(failed, kind=type(error).__name__)
        line.resting.begins(failed, row_id, now, waits)
    else:
        line.resting.ends(failed, row_id)


def each(
    line: Line, found: Select[int, int], settle: Settle, now: datetime, failed: str, limit: int
) -> int:
    """Settles up to `limit` of the found (row id, contact id), each in a transaction of its own,
    the contact locked; how many there were.

    What fails is logged as `failed` and tried again after a while (bot/resting.py), at the next
    tick where only the database was away. Wakes the senders if there was anything.
    """
    with line.database.read() as session:
        resting = line.resting.at(now, failed)
        due = found.where(next(iter(found.selected_columns)).not_in(resting)).limit(limit)
        rows = session.execute(due).all()
    for row_id, contact_id in rows:
        with apart(line, row_id, now, failed), line.database.write() as session:
            settle(session, line, people.locked(session, contact_id), row_id, now)
    if rows:
        line.wake.now(is_urgent=False)
    return len(rows)


def next_of(
    session: Session, line: Line, now: datetime, failed: str, row_id: Id, at: Due,
    *which: ColumnElement[bool],
) -> datetime | None:  # fmt: skip
    """When the next of `which` rows is due; of what rests after it `failed`, when the first may be
    tried again: else what always fails would be due for ever."""
    awake = row_id.not_in(line.resting.at(now, failed))
    due = session.scalar(select(func.min(at)).where(at.is_not(None), awake, *which))
    return first((due, line.resting.next_at(now, failed)))


def first(found: Iterable[datetime | None]) -> datetime | None:
    """The soonest of these; None when there is none."""
    return min((at for at in found if at is not None), default=None)
