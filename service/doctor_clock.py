"""Looks whether this machine's clock agrees with that of the database which machines share."""

from __future__ import annotations

from collections.abc import Iterator

from records.clock import SystemClock
from records.database import Database
from service import compose
from service.findings import Finding

#: The line goes by the database's clock; certificates and logs go by the machine's own.
APART_MOST = 30.0


def look(database: Database) -> Iterator[Finding]:
    """Nothing for SQLite, which has the machine's own clock."""
    if database.is_sqlite:
        return
    ahead = SystemClock().now() - compose.clock_of(database).now()
    apart = abs(ahead.total_seconds())
    what, mend = f"{apart:.0f} s apart from the database's", "set this machine's clock by NTP"
    yield Finding("machine clock", apart <= APART_MOST, what, mend)
