"""Makes an opened backup fit to go on with: what may have been sent since is asked, not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session

from records import audit, counters, snapshot
from records.backup import VERIFIED
from records.backup_plan import RESTORED
from records.backup_seal import Header
from records.database import Database
from records.keystore import DataKey
from records.models import (
    Contact,
    Fact,
    Heartbeat,
    Lease,
    Message,
    QueueItem,
    StaffSession,
    TokenBucket,
)
from records.models.messages import UNFINISHED, Lane, State

#: The sweeper of missed texts looks on from here.
WATERMARK = "inbound_sweep"
#: By then the carrier's copies are surely emptied, and asking about a text proves nothing.
CARRIER_KEEPS = timedelta(hours=24)
#: Numbers of urgent items that are left out for each day begun since the picture: many more than
#: the line gives out, and few enough that a number stays short.
ITEMS_A_DAY = 100


@dataclass(frozen=True)
class Restored:
    """What was done. `unclear` texts are looked up with the carrier, `held` ones by a person.

    `erased`: contacts whose own key is gone; `unreadable`: contacts, when no key at all is
    there. `moved`: where what was there before stands now.
    """

    at: datetime | None
    rows: int = 0
    unclear: int = 0
    held: int = 0
    erased: int = 0
    unreadable: int = 0
    keys: int = 0
    moved: tuple[str, ...] = ()


def refs_in(store: Database) -> set[str]:
    """The names of all data keys in a key store."""
    if snapshot.is_empty(store, DataKey.metadata):
        return set()
    with store.read() as session:
        return set(session.scalars(select(DataKey.ref)))


def made_ready(
    picture: Path, header: Header, path: Path, keys: set[str], now: datetime
) -> Restored:
    """Makes the opened backup `picture` fit to go on with. `keys`: the data keys that are there."""
    copy = Database(f"sqlite:///{picture}")
    try:
        with copy.write() as session:
            held = _hold(session, now)
            unclear = _ask_again(session, now)
            erased, unreadable = _mark_erased(session, keys, now)
            _forget_processes(session)
            _look_back(session, header.taken_at, path.name)
            _skip_items(session, now - header.taken_at)
            audit.note(session, now, "operator", "restore", subject=path.name[:48])
        rows = sum(snapshot.counts(copy).values())
        snapshot.fold_in(copy)
    finally:
        copy.close()
    return Restored(header.taken_at, rows, unclear, held, erased, unreadable)


def _hold(session: Session, now: datetime) -> int:
    """Old texts to clients that may have gone out since: a person decides."""
    rows = session.scalars(
        select(Message).where(
            Message.state.in_(UNFINISHED),
            Message.contact_id.is_not(None),
            Message.created_at <= now - CARRIER_KEEPS,
            or_(Message.state != State.QUEUED, Message.due_at <= now),
        )
    ).all()
    for row in rows:
        row.state, row.reason, row.final_at = State.HELD, RESTORED, now
        row.lease_token = row.lease_until_at = None
        key = f"not_delivered:{row.id}"
        if session.scalar(_open_item(key)) is None:
            session.add(
                QueueItem(
                    kind="held",
                    level="urgent" if row.lane == Lane.URGENT else "routine",
                    contact_id=row.contact_id,
                    message_id=row.id,
                    subject=RESTORED,
                    dedupe_key=key,
                    opened_at=now,
                )
            )
    return len(rows)


def _open_item(key: str) -> Select[int]:
    return select(QueueItem.id).where(QueueItem.dedupe_key == key, QueueItem.resolved_at.is_(None))


def _ask_again(session: Session, now: datetime) -> int:
    """Whatever was due may have gone out after the picture: ask the carrier before sending."""
    done = session.execute(
        update(Message)
        .where(
            Message.state.in_(UNFINISHED),
            or_(Message.state != State.QUEUED, Message.due_at <= now),
        )
        .values(
            state=State.UNKNOWN,
            due_at=now,
            lease_token=None,
            lease_until_at=None,
            reason=RESTORED,
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _mark_erased(session: Session, there: set[str], now: datetime) -> tuple[int, int]:
    """How many contacts were erased since, and how many cannot be read for another reason."""
    contacts = session.execute(
        select(Contact.id, Contact.data_key).where(Contact.erased_at.is_(None))
    ).all()
    gone = [contact_id for contact_id, ref in contacts if ref not in there]
    if len(gone) == len(contacts):
        return 0, len(gone)  # no key at all: the key store was lost, nobody was erased
    for start in range(0, len(gone), 500):
        session.execute(
            update(Contact)
            .where(Contact.id.in_(gone[start : start + 500]))
            .values(erased_at=now)
            .execution_options(synchronize_session=False)
        )
    return len(gone), 0


def _forget_processes(session: Session) -> None:
    """Leases, heartbeats and sign-ins belong to what ran when the picture was taken."""
    for table in (Lease, Heartbeat, TokenBucket, StaffSession):
        session.execute(delete(table))


def _skip_items(session: Session, since: timedelta) -> None:
    """How many items there were since is not known. A worker's text that names one of those must
    not take another client's: it may come days later, as may their look at an old page."""
    days = max(since // timedelta(days=1), 0) + 1
    counters.skip(session, counters.ITEMS, days * ITEMS_A_DAY)


def _look_back(session: Session, at: datetime, name: str) -> None:
    swept = session.get(Fact, WATERMARK)
    if swept is None:
        session.add(Fact(name=WATERMARK, value="", at=at))
    else:
        swept.at = min(swept.at, at)
    kept = session.get(Fact, VERIFIED)
    if kept is None:
        session.add(Fact(name=VERIFIED, value=name, at=at))
    else:
        kept.value, kept.at = name, at
