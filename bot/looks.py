"""Who looked at which client, and which of these looks came with no work for that client."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.models import AuditEntry

#: Acts by which a worker saw something of a client.
SEEING = ("read_", "reveal_", "made_copy", "find_client")
#: Work for a client this long before or after a look explains it.
NEAR = timedelta(days=2)
#: So many clients in one day, looked at with no work for them, are put before a supervisor.
UNUSUAL = 10


@dataclass(frozen=True)
class Look:
    """What one worker saw of one client: how often, and from when to when."""

    actor: str
    contact_id: int
    acts: tuple[str, ...]
    times: int
    first_at: datetime
    last_at: datetime
    has_work: bool


def looks(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    actor: str | None = None,
    contact_id: int | None = None,
) -> list[Look]:
    """Every pair of worker and client with a look in this time, unexplained ones first."""
    chosen = select(AuditEntry.actor, AuditEntry.contact_id, AuditEntry.act, AuditEntry.at).where(
        AuditEntry.at >= since - NEAR,
        AuditEntry.at <= until + NEAR,
        AuditEntry.contact_id.is_not(None),
        AuditEntry.actor.startswith("staff:"),
    )
    if actor is not None:
        chosen = chosen.where(AuditEntry.actor == actor)
    if contact_id is not None:
        chosen = chosen.where(AuditEntry.contact_id == contact_id)
    seen: dict[tuple[str, int], list[tuple[datetime, str]]] = defaultdict(list)
    work: set[tuple[str, int]] = set()
    for who, whom, act, at in session.execute(chosen.order_by(AuditEntry.at)):
        assert whom is not None
        if not act.startswith(SEEING):
            work.add((who, whom))
        elif since <= at <= until:
            seen[who, whom].append((at, act))
    found = [_look(pair, entries, pair in work) for pair, entries in seen.items()]
    return sorted(found, key=lambda one: (one.has_work, one.actor, one.first_at))


def _look(pair: tuple[str, int], entries: list[tuple[datetime, str]], has_work: bool) -> Look:
    acts = tuple(dict.fromkeys(act for _, act in entries))
    return Look(*pair, acts, len(entries), entries[0][0], entries[-1][0], has_work)


def unusual(session: Session, now: datetime) -> list[str]:
    """Workers who looked at many clients in the last day with no work for them."""
    counts: dict[str, int] = defaultdict(int)
    for one in looks(session, now - timedelta(days=1), now):
        counts[one.actor] += not one.has_work
    return sorted(actor for actor, count in counts.items() if count >= UNUSUAL)
