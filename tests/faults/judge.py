"""After any trouble: was a text lost, was one said twice, and did anything overtake?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.database import Database
from records.models import Message, QueueItem
from records.models.messages import State
from simulator.model import Accepted

#: The carrier has it, and the row says how sure we are that it arrived.
ACCEPTED = (State.SENT, State.DELIVERED, State.UNDELIVERED)
#: Will not be handed over; the row must say why.
ENDED = (State.FAILED, State.EXPIRED, State.HELD)
#: Ended states that a person must see in the queue, unless the text was for staff.
SHOWN = (State.FAILED, State.UNDELIVERED)


@dataclass
class Verdict:
    """What went wrong, one line a case, without any number or word of a client."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.disordered)


def judge(
    database: Database,
    sids: Iterable[str],
    ledger: Sequence[Accepted],
    staff: Iterable[str],
    now: datetime,
) -> Verdict:
    """Compares the carrier's books with our rows.

    `sids` are all texts that phones sent, `ledger` is what the carrier took from us in
    order, `staff` the numbers that may be paged twice on a guess.
    """
    verdict = Verdict()
    with database.read() as session:
        _inbound(session, verdict, sids)
        rows = list(session.scalars(select(Message).where(Message.direction == "outbound")))
        shown = set(session.scalars(select(QueueItem.message_id)))
    taken = {entry.sid for entry in ledger}
    for row in rows:
        _outbound(verdict, row, taken, shown, now)
    _doubled(verdict, rows, ledger, frozenset(staff))
    _order(verdict, rows, ledger)
    return verdict


def _inbound(session: Session, verdict: Verdict, sids: Iterable[str]) -> None:
    found = session.scalars(select(Message.carrier_sid).where(Message.direction == "inbound"))
    kept = Counter(sid for sid in found if sid is not None)
    verdict.lost += [f"inbound {sid}: no row" for sid in sids if not kept[sid]]
    verdict.doubled += [f"inbound {sid}: {n} rows" for sid, n in kept.items() if n > 1]


def _outbound(
    verdict: Verdict, row: Message, taken: set[str], shown: set[int | None], now: datetime
) -> None:
    if row.state in ACCEPTED:
        if not _is_proven(row) and row.carrier_sid not in taken:
            verdict.lost.append(f"row {row.id}: {row.state} but the carrier has it not")
    elif row.state in ENDED:
        if not row.reason:
            verdict.lost.append(f"row {row.id}: {row.state} without a reason")
    elif row.state != State.QUEUED or row.due_at is None or row.due_at <= now:
        verdict.lost.append(f"row {row.id}: {row.state}, nobody carries it")
    if row.state in SHOWN and row.contact_id is not None and row.id not in shown:
        verdict.lost.append(f"row {row.id}: {row.state} and no person sees it")


def _is_proven(row: Message) -> bool:
    """Mail has no carrier; a call that the carrier told the end of needs no id to be believed."""
    is_told = row.channel == "voice" and row.state in (State.DELIVERED, State.UNDELIVERED)
    return row.channel == "email" or (is_told and row.carrier_sid is None)


def _doubled(
    verdict: Verdict, rows: list[Message], ledger: Sequence[Accepted], staff: frozenset[str]
) -> None:
    """A text that the carrier took and no row owns was handed over once too often."""
    owned = {row.carrier_sid for row in rows}
    guesses = sum(row.guessed_at is not None for row in rows if row.contact_id is not None)
    for entry in ledger:
        if entry.to_number not in staff and entry.sid not in owned:
            verdict.doubled.append(
                f"{entry.kind} {entry.sid}: taken for no row ({guesses} went again on a guess)"
            )


def _order(verdict: Verdict, rows: list[Message], ledger: Sequence[Accepted]) -> None:
    """Each contact's texts in their own order; more urgent ones may overtake the others."""
    by_sid = {row.carrier_sid: row for row in rows if row.contact_id is not None}
    last: dict[int | None, dict[int, int]] = defaultdict(dict)
    for entry in ledger:
        row = by_sid.get(entry.sid)
        if row is None or row.seq is None:
            continue
        seen = last[row.contact_id]
        if row.seq < max((seq for lane, seq in seen.items() if lane >= row.lane), default=0):
            verdict.disordered.append(f"row {row.id}: taken after a later one")
        seen[row.lane] = max(seen.get(row.lane, 0), row.seq)
