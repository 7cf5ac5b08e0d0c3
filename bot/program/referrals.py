"""Ways opened to partners: agreed with the client, sent, and asked after until they close."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.line import Line
from bot.program.areas import SERVICES
from bot.program.plans import PlanError
from records.audit import note
from records.ids import new_id
from records.models import Contact, Partner, Referral, ServiceNeed

SUGGESTED, AGREED, SENT, ACCEPTED, ATTENDED, DECLINED = STATES = (
    "suggested",
    "agreed",
    "sent",
    "accepted",
    "attended",
    "declined",
)
#: From each state, where it may go; the last two are ends.
ONWARD = {
    SUGGESTED: (AGREED, DECLINED),
    AGREED: (SENT, DECLINED),
    SENT: (ACCEPTED, DECLINED),
    ACCEPTED: (ATTENDED, DECLINED),
    ATTENDED: (),
    DECLINED: (),
}
HOW_AGREED = ("text", "in_person", "phone")
#: Somebody asks the partner what became of it after so long, and again.
CHASE = timedelta(days=7)
LONGEST_NOTE = 1000


def refer(
    session: Session,
    line: Line,
    contact: Contact,
    partner: Partner,
    area: str,
    words: str,
    by: int,
    now: datetime,
) -> Referral:
    """Suggests a partner, with the note that would go there. Nothing is sent by this."""
    if area not in SERVICES or len(words) > LONGEST_NOTE or partner.ended_at is not None:
        raise PlanError("referral.problem.form")
    row = Referral(
        id=new_id(), contact_id=contact.id, partner_id=partner.id, area=area, state=SUGGESTED,
        made_by=by, made_at=now, changed_at=now,
    )  # fmt: skip
    if words:
        row.note_sealed = line.vault.seal(contact.data_key, f"referral.note:{row.id}", words)
    session.add(row)
    need(session, contact, area, "worker", by, now)
    mark(session, contact, area, "offered", by, now)
    note(session, now, f"staff:{by}", "referral_made", contact_id=contact.id, detail=area)
    return row


def move(
    session: Session, row: Referral, contact: Contact, state: str, how: str, by: int, now: datetime
) -> None:
    """The next state of a referral. Raises PlanError for a step there is not, or for consent
    that was not given: the note goes to nobody before the client said yes to it."""
    if state not in ONWARD[row.state]:
        raise PlanError("referral.problem.order")
    if state == AGREED:
        if how not in HOW_AGREED:
            raise PlanError("referral.problem.consent")
        row.agreed_how, row.agreed_at = how, now
    if state == ATTENDED:
        mark(session, contact, row.area, "taken", by, now)
    row.state, row.changed_at = state, now
    row.chase_at = now + CHASE if state in (SENT, ACCEPTED) else None
    note(session, now, f"staff:{by}", "referral_state", contact_id=contact.id, detail=state)


def chase(line: Line, now: datetime) -> None:
    """Referrals that nobody heard of for a week stand in the queue, once a week."""
    with line.database.write() as session:
        due = session.scalars(
            select(Referral)
            .where(Referral.chase_at.is_not(None), Referral.chase_at <= now)
            .limit(100)
            .with_for_update(skip_locked=True)
        ).all()
        for row in due:
            row.chase_at = now + CHASE
            key = f"referral_open:{row.id}"
            add_item(session, now, "referral_open", "routine", row.contact_id, dedupe_key=key)


def chase_at(line: Line, now: datetime) -> datetime | None:
    """When one is next asked after."""
    with line.database.read() as session:
        return session.scalar(
            select(func.min(Referral.chase_at)).where(Referral.chase_at.is_not(None))
        )


def need(
    session: Session, contact: Contact, area: str, source: str, by: int, now: datetime
) -> ServiceNeed:
    """This client needs help of this kind; one open line a kind."""
    if area not in SERVICES:
        raise PlanError("referral.problem.form")
    found = open_need(session, contact.id, area)
    if found is None:
        found = ServiceNeed(
            id=new_id(), contact_id=contact.id, area=area, source=source, needed_at=now
        )
        session.add(found)
        session.flush()
        note(session, now, f"staff:{by}", "need", contact_id=contact.id, detail=area)
    return found


def mark(session: Session, contact: Contact, area: str, what: str, by: int, now: datetime) -> None:
    """`what`: offered, taken or ended; the first time counts."""
    found = open_need(session, contact.id, area)
    if found is None or what not in ("offered", "taken", "ended"):
        raise PlanError("referral.problem.form")
    if what == "offered" or (what == "taken" and found.offered_at is None):
        found.offered_at = found.offered_at or now
    if what == "taken":
        found.taken_at = found.taken_at or now
    if what == "ended":
        found.ended_at = now
    note(session, now, f"staff:{by}", f"need_{what}", contact_id=contact.id, detail=area)


def open_need(session: Session, contact_id: int, area: str) -> ServiceNeed | None:
    """The open line of a kind."""
    return session.scalar(
        select(ServiceNeed).where(
            ServiceNeed.contact_id == contact_id,
            ServiceNeed.area == area,
            ServiceNeed.ended_at.is_(None),
        )
    )
