"""What waits for a person: read for a page, taken by one worker, resolved with an outcome."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select, update
from sqlalchemy.orm import Session

from admin.access import Viewer, names_of
from admin.roles import ITEM_KINDS, Permission
from admin.show import masked
from bot.escalation import holding
from bot.line import Line
from bot.people import identifier_of
from records.audit import note
from records.errors import MendableError
from records.models import Address, Contact, Escalation, QueueItem

MOST = 100
OUTCOMES = ("answered", "called", "mended", "no_action", "mistake")
LEVELS = ("emergency", "urgent", "routine")
_RANK = case({level: n for n, level in enumerate(LEVELS)}, value=QueueItem.level, else_=2)


@dataclass(frozen=True)
class Item:
    """One row of the queue as a page shows it. `who` is a masked number, never a name."""

    id: int
    kind: str
    level: str
    subject: str
    opened_at: datetime
    taken_by: str | None
    is_mine: bool
    client: str | None
    who: str


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The items that a role may know of: the rule of the page, as a filter."""
    others = [kind for kind, needs in ITEM_KINDS.items() if not viewer.may(needs)]
    own = [kind for kind, needs in ITEM_KINDS.items() if viewer.may(needs)]
    if viewer.may(Permission.READ_CLIENTS):
        return QueueItem.kind.not_in(others)
    return and_(QueueItem.kind.in_(own), QueueItem.contact_id.is_(None))


def _open(viewer: Viewer) -> Select[QueueItem]:
    return select(QueueItem).where(
        QueueItem.resolved_at.is_(None), seen_by(viewer), ~_stands_above()
    )


def _stands_above() -> ColumnElement[bool]:
    """Is this the queue's copy of an urgent item, which has a place of its own?"""
    is_open = and_(
        Escalation.contact_id == QueueItem.contact_id, Escalation.state != holding.RESOLVED
    )
    return and_(QueueItem.kind == "urgent", exists().where(is_open))


def count(session: Session, viewer: Viewer) -> int:
    """How many open items this person may see."""
    return session.scalar(select(func.count()).select_from(_open(viewer).subquery())) or 0


def listed(session: Session, line: Line, viewer: Viewer) -> list[Item]:
    """The first open items: most serious first, oldest first."""
    rows = session.scalars(
        _open(viewer).order_by(_RANK, QueueItem.opened_at, QueueItem.id).limit(MOST)
    ).all()
    return _shown(session, line, viewer, rows)


def of_contact(session: Session, line: Line, viewer: Viewer, contact_id: int) -> list[Item]:
    """The open items about one client."""
    rows = session.scalars(
        _open(viewer)
        .where(QueueItem.contact_id == contact_id)
        .order_by(_RANK, QueueItem.opened_at)
        .limit(MOST)
    ).all()
    return _shown(session, line, viewer, rows)


def _shown(session: Session, line: Line, viewer: Viewer, rows: Iterable[QueueItem]) -> list[Item]:
    rows = list(rows)
    names = names_of(session, line, {row.taken_by for row in rows if row.taken_by})
    people = numbers(session, line, {row.contact_id for row in rows if row.contact_id})
    shown = []
    for row in rows:
        client, who = people.get(row.contact_id or 0, (None, ""))
        shown.append(
            Item(
                id=row.id,
                kind=row.kind,
                level=row.level,
                subject=row.subject or "",
                opened_at=row.opened_at,
                taken_by=names.get(row.taken_by) if row.taken_by else None,
                is_mine=row.taken_by == viewer.id,
                client=client,
                who=who,
            )
        )
    return shown


def numbers(session: Session, line: Line, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Public id and masked number of contacts, by row id."""
    if not ids:
        return {}
    pairs = session.execute(
        select(Contact, Address)
        .join(Address, Address.contact_id == Contact.id)
        .where(Contact.id.in_(ids))
        .order_by(Address.id)
    ).all()
    return {c.id: (c.public_id, mask_of(line, c, a)) for c, a in pairs}


def mask_of(line: Line, contact: Contact, address: Address) -> str:
    """The masked number; only the mask when the client's key was destroyed."""
    try:
        return masked(identifier_of(line, contact, address))
    except MendableError:
        return masked("")


def find(session: Session, viewer: Viewer, item_id: int) -> QueueItem | None:
    """An open item this person may know of."""
    return session.scalar(_open(viewer).where(QueueItem.id == item_id))


def take(session: Session, viewer: Viewer, item: QueueItem, now: datetime) -> bool:
    """True when this person now has it; False when another was first."""
    done = session.execute(
        update(QueueItem)
        .where(
            QueueItem.id == item.id,
            or_(QueueItem.taken_by.is_(None), QueueItem.taken_by == viewer.id),
        )
        .values(taken_by=viewer.id, taken_at=func.coalesce(QueueItem.taken_at, now))
        .returning(QueueItem.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        _note(session, viewer, "take_item", item, now)
    return done is not None


def resolve(session: Session, viewer: Viewer, item: QueueItem, outcome: str, now: datetime) -> None:
    """Closes an item. Raises ValueError for an unknown outcome."""
    if outcome not in OUTCOMES:
        raise ValueError(f"no outcome '{outcome}'")
    item.resolved_at, item.resolved_by, item.outcome = now, viewer.id, outcome
    _note(session, viewer, "resolve_item", item, now, outcome)


def _note(
    session: Session,
    viewer: Viewer,
    act: str,
    item: QueueItem,
    now: datetime,
    outcome: str | None = None,
) -> None:
    detail = f"{item.kind}:{outcome}" if outcome else item.kind
    note(
        session,
        now,
        viewer.actor,
        act,
        contact_id=item.contact_id,
        subject=f"item:{item.id}",
        detail=detail,
    )
