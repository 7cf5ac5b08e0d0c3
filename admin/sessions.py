"""Who is signed in: the browser holds a random token, the line only its print."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.line import Line
from records.ids import new_id, new_token
from records.models import Staff, StaffSession

SESSION, LINK = "session", "link"
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: How exactly `seen_at` is kept: writing at every look would queue behind texts.
TOUCH = timedelta(minutes=1)
#: How long a proof of who one is lasts for the most serious acts.
FRESH = timedelta(minutes=10)
#: How long a link for a first sign-in lasts, and one into sample data.
FIRST_SIGN_IN = timedelta(hours=24)
SAMPLE_SIGN_IN = timedelta(minutes=10)


def print_of(token: str) -> str:
    """SHA-256 (hex): enough for a token of 192 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(session: Session, staff_id: int, now: datetime) -> str:
    """A new signed-in browser; returns the token for its cookie."""
    return _add(session, staff_id, SESSION, now, ABSOLUTE)


def make_link(session: Session, staff: Staff, now: datetime) -> str:
    """A one-use link's token; links made before for the same person stop working."""
    end_all(session, staff.id, now, kind=LINK)
    return _add(session, staff.id, LINK, now, SAMPLE_SIGN_IN if staff.is_sample else FIRST_SIGN_IN)


def _add(session: Session, staff_id: int, kind: str, now: datetime, length: timedelta) -> str:
    token = new_token()
    session.add(
        StaffSession(
            id=new_id(),
            staff_id=staff_id,
            token_hash=print_of(token),
            kind=kind,
            created_at=now,
            seen_at=now,
            proved_at=now if kind == SESSION else None,
            expires_at=now + length,
        )
    )
    return token


def find(
    session: Session, line: Line, token: str, now: datetime, kind: str = SESSION
) -> tuple[StaffSession, Staff] | None:
    """The session (or link) of a token and its person, unless it ended or they may not enter.

    Sample people exist only while the line is simulated.
    """
    row = session.execute(
        select(StaffSession, Staff)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == print_of(token),
            StaffSession.kind == kind,
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    found, staff = row
    if not staff.is_active or (staff.is_sample and not line.config.is_simulated):
        return None
    if kind == SESSION and now - found.seen_at > IDLE:
        return None
    return found, staff


def touch(line: Line, session_id: int, now: datetime) -> None:
    """Remembers that this browser was used."""
    with line.database.write() as session:
        session.execute(
            update(StaffSession).where(StaffSession.id == session_id).values(seen_at=now)
        )


def end(session: Session, session_id: int, staff_id: int, now: datetime) -> bool:
    """Ends one of a person's own sessions or links; False when it was not theirs, or had ended.

    Of two at once only one gets True: that is what makes a link good for one use.
    """
    done = session.execute(
        update(StaffSession)
        .where(
            StaffSession.id == session_id,
            StaffSession.staff_id == staff_id,
            StaffSession.ended_at.is_(None),
        )
        .values(ended_at=now)
        .returning(StaffSession.id)
    )
    return done.first() is not None


def end_all(session: Session, staff_id: int, now: datetime, kind: str | None = None) -> None:
    """Ends every session and link of a person, or those of one kind."""
    what = update(StaffSession).where(
        StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None)
    )
    if kind is not None:
        what = what.where(StaffSession.kind == kind)
    session.execute(what.values(ended_at=now))


def open_ones(session: Session, staff_id: int, now: datetime) -> list[StaffSession]:
    """A person's browsers that are signed in now, newest first."""
    rows = session.scalars(
        select(StaffSession)
        .where(
            StaffSession.staff_id == staff_id,
            StaffSession.kind == SESSION,
            StaffSession.ended_at.is_(None),
            StaffSession.expires_at > now,
            StaffSession.seen_at >= now - IDLE,
        )
        .order_by(StaffSession.created_at.desc(), StaffSession.id.desc())
    )
    return list(rows)
