"""How fast each of the line's numbers may send, and who goes first when that is short."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.line import LineConfig
from records.models import TokenBucket

#: A bucket refilled this far in the future was written by a clock that has since gone back.
CLOCK_SLACK = timedelta(seconds=5)


def client_sender(config: LineConfig) -> str:
    """The number, or Messaging Service, that clients hear from."""
    return config.messaging_service_sid or config.sender


def staff_sender(config: LineConfig) -> str:
    """The number that pages come from: its own when one is set."""
    return config.page_from or client_sender(config)


def groups(config: LineConfig) -> list[tuple[str, bool | None, int | None]]:
    """(sender, whether for staff or None for all, by which carrier or None for any), each with
    a rate of its own."""
    clients, staff = client_sender(config), staff_sender(config)
    first = None if config.second is None else 1
    found: list[tuple[str, bool | None, int | None]]
    found = [(clients, None, first)]
    if staff != clients:
        found = [(staff, True, first), (clients, False, first)]
    return found if config.second is None else [*found, (config.second.sender, None, 2)]


class Slots:
    """The texts that one sender may hand over now. Holds the sender's row until the commit."""

    def __init__(self, session: Session, sender: str, rate: float, now: datetime) -> None:
        row = session.scalar(
            select(TokenBucket).where(TokenBucket.sender == sender).with_for_update()
        )
        if row is None:
            row = TokenBucket(sender=sender, tokens=capacity(rate), refilled_at=now)
            session.add(row)
            session.flush()
        self._row, self._now = row, now
        self._tokens = filled(row, rate, now)

    @property
    def is_free(self) -> bool:
        return self._tokens >= 1

    def take(self) -> None:
        self._tokens -= 1
        self._row.tokens, self._row.refilled_at = self._tokens, self._now


def capacity(rate: float) -> float:
    """A sender at rest may hand over one second's worth at once, one text at least."""
    return max(1.0, rate)


def filled(row: TokenBucket, rate: float, now: datetime) -> float:
    """The tokens in the bucket at `now`."""
    if row.refilled_at > now + CLOCK_SLACK:
        return capacity(rate)
    seconds = max(0.0, (now - row.refilled_at).total_seconds())
    return min(capacity(rate), row.tokens + seconds * rate)


def free_at(session: Session, sender: str, rate: float, now: datetime) -> datetime:
    """When this sender may next hand over a text: now, or later."""
    row = session.get(TokenBucket, sender)
    tokens = filled(row, rate, now) if row else 1.0
    # A whole millisecond more, so that rounding never makes it too early.
    return now if tokens >= 1 else now + timedelta(seconds=(1 - tokens) / rate + 0.001)
