"""What was agreed with a client: how often they are asked how they are, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.checkins.schedule import CARING, DAY, FORTNIGHT, MONTH, WEEK, birthday_after, day_of
from bot.checkins.schedule import instant_of as instant_on
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.models import CheckPlan, Contact

HOW, GOAL = "how", "goal"
KINDS = (HOW, CARING, GOAL)
#: Early in the afternoon: awake, and people read until five.
USUAL_MINUTE = 13 * 60
FIRST_AFTER = {DAY: 1, WEEK: 7, FORTNIGHT: 14, MONTH: 30}


@dataclass(frozen=True)
class Terms:
    """What is agreed: from `first_on` (for caring: the day the stay ended), at a minute of the
    day on the wall clock. `agreed_by` is the worker, None for the client by text."""

    kind: str
    every: str
    first_on: date
    at_minute: int = USUAL_MINUTE
    words: str | None = None
    birthday: str | None = None
    agreed_by: int | None = None


def agree(session: Session, line: Line, contact: Contact, terms: Terms, now: datetime) -> CheckPlan:
    """A new plan; one of how or caring takes the place of the one before. Raises ValueError
    for a kind, `every` or birthday there is not."""
    if terms.kind not in KINDS:
        raise ValueError(f"there is no check-in of kind '{terms.kind}'")
    if terms.birthday is not None:
        birthday_after(terms.birthday, terms.first_on)
    if terms.kind != GOAL:
        for old in live(session, contact.id, terms.kind):
            end(session, old, "changed", now)
        session.flush()
    plan = CheckPlan(
        id=new_id(), contact_id=contact.id, kind=terms.kind, every=terms.every,
        anchor_on=terms.first_on, at_minute=terms.at_minute, step=0, agreed_by=terms.agreed_by,
        agreed_at=now,
    )  # fmt: skip
    plan.words_sealed = _sealed(line, contact, plan, "words", terms.words)
    plan.birthday_sealed = _sealed(line, contact, plan, "birthday", terms.birthday)
    set_next(line, contact, plan, line.local(now).date() - timedelta(days=1), now)
    session.add(plan)
    actor = f"staff:{terms.agreed_by}" if terms.agreed_by else "client"
    detail = f"{terms.kind}:{terms.every}"
    note(session, now, actor, "check_ins_agreed", contact_id=contact.id, detail=detail)
    return plan


def choose(
    session: Session, line: Line, contact: Contact, every: str | None, now: datetime
) -> None:
    """The client says how often they want to be asked; None: not at all, from now on."""
    before = live(session, contact.id, HOW)
    if every is None:
        for plan in live(session, contact.id):
            end(session, plan, "client", now)
        return
    by = before[0].agreed_by if before else None
    first_on = line.local(now).date() + timedelta(days=FIRST_AFTER[every])
    agree(session, line, contact, Terms(HOW, every, first_on, agreed_by=by), now)


def follow_consent(
    session: Session, line: Line, contact: Contact, now: datetime, *, given: bool
) -> None:
    """Yes to being asked: once a week unless something is agreed already; no: not at all."""
    if not given:
        choose(session, line, contact, None, now)
    elif not live(session, contact.id, HOW):
        choose(session, line, contact, WEEK, now)


def live(session: Session, contact_id: int, kind: str | None = None) -> list[CheckPlan]:
    """The plans that hold, of one kind or all."""
    found = select(CheckPlan).where(
        CheckPlan.contact_id == contact_id, CheckPlan.ended_at.is_(None)
    )
    if kind is not None:
        found = found.where(CheckPlan.kind == kind)
    return list(session.scalars(found.order_by(CheckPlan.id)))


def end(session: Session, plan: CheckPlan, why: str, now: datetime, actor: str = "line") -> None:
    """Nothing more comes of this plan. `why`: changed, client, staff, done."""
    plan.ended_at, plan.ended_why, plan.next_at = now, why, None
    note(session, now, actor, "check_ins_ended", contact_id=plan.contact_id, detail=why)


def advance(line: Line, contact: Contact, plan: CheckPlan, now: datetime) -> None:
    """Goes on to the next date after the one that was due."""
    if plan.meant_at is None:
        return
    if plan.occasion is None:
        plan.step += 1
    set_next(line, contact, plan, line.local(plan.meant_at).date(), now)


def set_next(line: Line, contact: Contact, plan: CheckPlan, after: date, now: datetime) -> None:
    """Finds the next date later than the day `after`; ends a plan that has none left."""
    day = day_of(plan.every, plan.anchor_on, plan.step)
    while day is not None and day <= after:
        plan.step += 1
        day = day_of(plan.every, plan.anchor_on, plan.step)
    plan.occasion = None
    if day is None:
        plan.meant_at = plan.next_at = None
        plan.ended_at, plan.ended_why = now, "done"
        return
    is_lost = line.vault.is_lost(contact.data_key)
    birthday = None if is_lost else opened(line, contact, plan, "birthday")
    if birthday is not None and (its_day := birthday_after(birthday, after)) < day:
        plan.occasion, day = "birthday", its_day
    plan.meant_at = plan.next_at = instant_on(day, plan.at_minute, line.config.zone)


def opened(line: Line, contact: Contact, plan: CheckPlan, what: str) -> str | None:
    """The sealed `words` or `birthday` of a plan. Raises ErasedError when the key is gone."""
    sealed = plan.words_sealed if what == "words" else plan.birthday_sealed
    if sealed is None:
        return None
    return line.vault.open(contact.data_key, f"check_plan.{what}:{plan.id}", sealed)


def _sealed(
    line: Line, contact: Contact, plan: CheckPlan, what: str, words: str | None
) -> bytes | None:
    if not words:
        return None
    return line.vault.seal(contact.data_key, f"check_plan.{what}:{plan.id}", words)
