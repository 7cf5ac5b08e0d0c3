"""Makes guessing slow without ever locking anybody out."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.line import Line
from records.models import SignInAttempt

#: Tries before the first wait. An office shares one address, so that one is patient.
FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 5, 20
#: The wait doubles from one second up to this: a person on call is never kept out for long.
LONGEST_WAIT = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(hours=1)


def subjects(line: Line, login: str, address: str, device: str | None) -> dict[str, int]:
    """What tries are counted by, each with its free tries.

    A browser that signed in to this account before has a count of its own, so that
    somebody who guesses from elsewhere cannot slow down the person on call.
    """
    name = login.casefold()
    if device is not None:
        return {line.vault.index("try.device", f"{name}\x00{device}"): FREE_FOR_ACCOUNT}
    return {
        line.vault.index("try.account", name): FREE_FOR_ACCOUNT,
        line.vault.index("try.address", address): FREE_FOR_ADDRESS,
    }


def count_try(session: Session, counted: dict[str, int], now: datetime) -> int:
    """Seconds to wait; 0 means go on, and the try is already counted as failed.

    Counting before looking means that many tries at once are not free. A try that must
    wait is not counted: it tells the guesser nothing, and does not make the wait longer.
    """
    rows = {subject: _row(session, subject, now) for subject in sorted(counted)}
    wait = max(_wait(row, counted[subject], now) for subject, row in rows.items())
    if wait > timedelta():
        return max(1, round(wait.total_seconds()))
    for row in rows.values():
        is_old = now - row.last_at > FORGOTTEN_AFTER
        row.failures = 1 if is_old else min(row.failures + 1, 1000)
        row.last_at = now
    return 0


def succeeded(session: Session, counted: dict[str, int]) -> None:
    """The right person came: their account's count starts anew, an address loses this try."""
    for subject, free in counted.items():
        if free == FREE_FOR_ADDRESS:
            one_less = (
                update(SignInAttempt)
                .where(SignInAttempt.subject == subject, SignInAttempt.failures > 0)
                .values(failures=SignInAttempt.failures - 1)
            )
            session.execute(one_less)
        else:
            session.execute(delete(SignInAttempt).where(SignInAttempt.subject == subject))


def _wait(row: SignInAttempt, free: int, now: datetime) -> timedelta:
    if row.failures < free or now - row.last_at > FORGOTTEN_AFTER:
        return timedelta()
    doubled = timedelta(seconds=2 ** min(row.failures - free, 10))
    return row.last_at + min(doubled, LONGEST_WAIT) - now


def _row(session: Session, subject: str, now: datetime) -> SignInAttempt:
    chosen = select(SignInAttempt).where(SignInAttempt.subject == subject).with_for_update()
    row = session.scalar(chosen)
    if row is not None:
        return row
    fresh = SignInAttempt(subject=subject, failures=0, last_at=now)
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        return session.scalars(chosen).one()  # another try made it in this instant
    return fresh
