"""What waits for a person, read for a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from admin.access import Viewer, names_of
from admin.directory import names_by_slug
from admin.item_acts import mark_of
from admin.personnel import is_for_another
from admin.roles import ITEM_KINDS, Permission
from admin.show import masked
from bot.case import wanted_at
from bot.escalation import holding
from bot.line import Line
from bot.people import identifier_of
from records.errors import MendableError
from records.models import Address, Contact, Escalation, Message, QueueItem

#: A phone in one hand goes no further down; the page says how many more there are.
MOST = 60
LEVELS = ("emergency", "urgent", "routine")
#: In this order under the urgent ones; a kind that is named nowhere is a text to answer.
GROUPS = {
    "people": ("wants_person", "call_back", "wants_booking", "wants_ride", "wants_company",
               "goal_help", "identity"),
    "unanswered": (),
    "failed": ("not_delivered", "held", "not_told"),
    "missed": ("no_answer",),
    "confirm": ("stale_resource", "unreviewed_text", "training_due", "new_supervisor", "alarm"),
}  # fmt: skip
_GROUP_OF = {kind: group for group, kinds in GROUPS.items() for kind in kinds}
_PLACES = {kind: list(GROUPS).index(group) for kind, group in _GROUP_OF.items()}
_PLACE = case(
    (QueueItem.level != "routine", 0),
    else_=case(_PLACES, value=QueueItem.kind, else_=list(GROUPS).index("unanswered")),
)
_RANK = case({level: n for n, level in enumerate(LEVELS)}, value=QueueItem.level, else_=2)


@dataclass(frozen=True)
class Item:
    """One row of the queue as a page shows it. `who` is a masked number, never a name.

    `mark` says of which text it tells: what came since is not put off or closed with it.
    `newest_at`: when that text came, of an item that was open before.
    """

    id: int
    kind: str
    level: str
    subject: str
    service: str
    opened_at: datetime
    taken_by: str | None
    is_mine: bool
    client: str | None
    who: str
    wish: str
    snoozed_until_at: datetime | None
    wanted_at: datetime | None
    mark: str
    newest_at: datetime | None

    @property
    def group(self) -> str:
        """Under which heading of the queue it stands."""
        return "first" if self.level != "routine" else _GROUP_OF.get(self.kind, "unanswered")


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The items that a role may know of: the rule of the page, as a filter."""
    others = [kind for kind, needs in ITEM_KINDS.items() if not viewer.may(needs)]
    own = [kind for kind, needs in ITEM_KINDS.items() if viewer.may(needs)]
    if viewer.may(Permission.READ_CLIENTS):
        return QueueItem.kind.not_in(others)
    return and_(QueueItem.kind.in_(own), QueueItem.contact_id.is_(None))


def _open(viewer: Viewer) -> Select[QueueItem]:
    elsewhere = or_(_stands_above(), is_for_another(viewer.id))
    return select(QueueItem).where(QueueItem.resolved_at.is_(None), seen_by(viewer), ~elsewhere)


def _stands_above() -> ColumnElement[bool]:
    """Is this the queue's copy of an urgent item, which has a place of its own?"""
    is_open = and_(
        Escalation.contact_id == QueueItem.contact_id, Escalation.state != holding.RESOLVED
    )
    return and_(QueueItem.kind == "urgent", exists().where(is_open))


def _awake(now: datetime) -> ColumnElement[bool]:
    return or_(QueueItem.snoozed_until_at.is_(None), QueueItem.snoozed_until_at <= now)


def count(session: Session, viewer: Viewer, now: datetime) -> tuple[int, int]:
    """How many open items this person may see: those that wait now, and those put off."""
    awake = case((_awake(now), 1), else_=0)
    found = _open(viewer).with_only_columns(awake.label("awake")).subquery()
    both = select(func.count(), func.coalesce(func.sum(found.c.awake), 0)).select_from(found)
    total, waiting = session.execute(both).one()
    return int(waiting), int(total) - int(waiting)


def listed(
    session: Session, line: Line, viewer: Viewer, now: datetime, *, put_off: bool = False
) -> list[Item]:
    """The first open items: most serious first, oldest first; or those put off, soonest first."""
    if put_off:
        chosen = (
            _open(viewer).where(~_awake(now)).order_by(QueueItem.snoozed_until_at, QueueItem.id)
        )
    else:
        chosen = (
            _open(viewer)
            .where(_awake(now))
            .order_by(_RANK, _PLACE, QueueItem.opened_at, QueueItem.id)
        )
    return _shown(session, line, viewer, session.scalars(chosen.limit(MOST)).all())


def of_contact(session: Session, line: Line, viewer: Viewer, contact_id: int) -> list[Item]:
    """The open items about one client."""
    rows = session.scalars(
        _open(viewer)
        .where(QueueItem.contact_id == contact_id)
        .order_by(_RANK, QueueItem.opened_at, QueueItem.id)
        .limit(MOST)
    ).all()
    return _shown(session, line, viewer, rows)


def _shown(session: Session, line: Line, viewer: Viewer, rows: Sequence[QueueItem]) -> list[Item]:
    about = {row.id: _about(row.subject) for row in rows}
    names = names_of(session, line, {*about.values(), *(row.taken_by or 0 for row in rows)} - {0})
    ids = {row.contact_id for row in rows if row.contact_id}
    services = names_by_slug(session, {row.subject for row in rows if row.subject})
    people, wished = numbers(session, line, ids), wishes(session, ids)
    newest = _newest(session, rows)
    shown = []
    for row in rows:
        client, who = people.get(row.contact_id or 0, (None, ""))
        shown.append(
            Item(
                id=row.id,
                kind=row.kind,
                level=row.level,
                subject=names.get(about[row.id], row.subject or ""),
                service=services.get(row.subject or "", ""),
                opened_at=row.opened_at,
                taken_by=names.get(row.taken_by) if row.taken_by else None,
                is_mine=row.taken_by == viewer.id,
                client=client,
                who=who,
                wish=wished.get(row.contact_id or 0, ""),
                snoozed_until_at=row.snoozed_until_at,
                wanted_at=wanted_at(row.subject),
                mark=mark_of(row),
                newest_at=newest.get(row.id),
            )
        )
    return shown


def _newest(session: Session, rows: Sequence[QueueItem]) -> dict[int, datetime]:
    """When the newest text came that was put to an item which was open already."""
    ids = {row.message_id for row in rows if row.message_id and row.contact_id}
    if not ids:
        return {}
    chosen = select(Message.id, Message.created_at).where(Message.id.in_(ids))
    came: dict[int, datetime] = {message_id: at for message_id, at in session.execute(chosen)}
    at_of = {row.id: came.get(row.message_id or 0, row.opened_at) for row in rows}
    return {row.id: at_of[row.id] for row in rows if at_of[row.id] > row.opened_at}


def _about(subject: str | None) -> int:
    """The worker that an item is about, by row id; 0 for none."""
    kind, _, number = (subject or "").partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else 0


def numbers(session: Session, line: Line, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Public id and masked number of contacts, by row id."""
    if not ids:
        return {}
    pairs = session.execute(
        select(Contact, Address)
        .outerjoin(Address, Address.contact_id == Contact.id)
        .where(Contact.id.in_(ids))
        .order_by(Address.id)
    ).all()
    return {c.id: (c.public_id, mask_of(line, c, a)) for c, a in pairs}


def wishes(session: Session, ids: set[int]) -> dict[int, str]:
    """Who wishes for a woman or a man, by row id of the contact."""
    chosen = select(Contact.id, Contact.wish).where(Contact.id.in_(ids), Contact.wish != "any")
    return {n: wish for n, wish in session.execute(chosen)} if ids else {}


def mask_of(line: Line, contact: Contact, address: Address | None) -> str:
    """The masked number; only the mask when the client's key was destroyed, or has no phone."""
    try:
        return masked(identifier_of(line, contact, address) if address else "")
    except MendableError:
        return masked("")


def find(session: Session, viewer: Viewer, item_id: int) -> QueueItem | None:
    """An open item this person may know of."""
    return session.scalar(_open(viewer).where(QueueItem.id == item_id))
