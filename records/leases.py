"""A duty that only one process should have at a time, for as long as it keeps saying so."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records.models import Lease


def take(session: Session, name: str, token: str, now: datetime, length: timedelta) -> bool:
    """Takes or renews the lease `name`; False while another token holds it."""
    until = now + length
    taken = session.execute(
        update(Lease)
        .where(Lease.name == name, or_(Lease.token == token, Lease.until_at <= now))
        .values(token=token, until_at=until)
    )
    if taken.rowcount:  # type: ignore[attr-defined]
        return True
    if session.get(Lease, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Lease(name=name, token=token, until_at=until))
    except IntegrityError:
        return False  # another process made it in this instant
    return True
