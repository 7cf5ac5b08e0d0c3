"""Says before a broadcast how many it reaches, what it costs and when it would be through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from bot.calendar import hours
from bot.language.segments import count
from bot.line import Line
from records.models import Address, Appointment, Consent, Contact, OptOut
from records.models.bookings import BOOKED

#: So long a broadcast can be undone: nothing of it is queued before.
UNDO = timedelta(seconds=60)
CONSENT = "broadcasts"
#: Parts of the news that a client may want alone; each is a purpose of consent of its own.
TOPICS = ("news_dates", "news_programs", "news_changes")
#: A rate so slow that it would take longer is no plan.
LONGEST = timedelta(days=8)


@dataclass(frozen=True)
class Weight:
    """What a broadcast comes to. `people` by language (en, iu, fr); `segments` is its cost in
    parts; `ends_at` (UTC) when the last would leave, None when that cannot be said."""

    people: dict[str, int]
    segments: int
    starts_at: datetime
    ends_at: datetime | None

    @property
    def total(self) -> int:
        return sum(self.people.values())


def audience(occurrence_id: int | None, topic: str = "") -> Select[int]:
    """The ids of contacts it is for, before each one's own hours are looked at.

    News of a `topic` is for who said yes to it or to all news.
    """
    said_yes: ColumnElement[bool] = _says_yes(CONSENT)
    if topic:
        said_yes = or_(said_yes, _says_yes(topic))
    if occurrence_id is not None:
        said_yes = exists().where(
            Appointment.contact_id == Contact.id,
            Appointment.occurrence_id == occurrence_id,
            Appointment.state == BOOKED,
        )
    is_stopped = exists().where(
        Address.contact_id == Contact.id,
        and_(
            OptOut.channel == Address.channel,
            OptOut.identifier_index == Address.identifier_index,
            OptOut.reopened_at.is_(None),
        ),
    )
    return select(Contact.id).where(
        said_yes, ~is_stopped, Contact.safe_to_text == "yes", Contact.erased_at.is_(None)
    )


def _says_yes(purpose: str) -> ColumnElement[bool]:
    newest = (
        select(func.max(Consent.id))
        .where(Consent.contact_id == Contact.id, Consent.purpose == purpose)
        .correlate(Contact)
        .scalar_subquery()
    )
    return exists().where(Consent.id == newest, Consent.given)


def weigh(
    session: Session,
    line: Line,
    occurrence_id: int | None,
    body: str,
    inuktitut: str | None,
    now: datetime,
    topic: str = "",
    french: str | None = None,
) -> Weight:
    """Counts people and parts, and walks the line's waking hours to the end of the sending."""
    found = session.execute(
        select(Contact.language, func.count())
        .where(Contact.id.in_(audience(occurrence_id, topic)))
        .group_by(Contact.language)
    )
    people = {language: number for language, number in found}
    parts = {"en": count(body).segments}
    parts["iu"] = count(inuktitut).segments if inuktitut else parts["en"]
    parts["fr"] = count(french).segments if french else parts["en"]
    segments = sum(number * parts.get(language, parts["en"]) for language, number in people.items())
    own = hours.usual(line.config)
    starts_at = own.next(now + UNDO) or now + UNDO
    needed = timedelta(seconds=sum(people.values()) / line.config.send_rate)
    return Weight(people, segments, starts_at, ends_at(own, starts_at, needed))


def ends_at(own: hours.Hours, at: datetime, needed: timedelta) -> datetime | None:
    """When `needed` of sending time is over, counting waking hours only."""
    limit = at + LONGEST
    while at < limit:
        quiet_at = _quiet_after(own, at)
        if quiet_at is None or at + needed <= quiet_at:
            return at + needed
        needed -= quiet_at - at
        following = own.next(quiet_at)
        if following is None:
            return None
        at = following
    return None


def _quiet_after(own: hours.Hours, at: datetime) -> datetime | None:
    """The end of the stretch of waking hours that `at` lies in, to the minute."""
    step, moment = timedelta(minutes=15), at.replace(second=0, microsecond=0)
    for _ in range(2 * 24 * 4):
        moment += step
        if not own.allow(moment):
            while not own.allow(moment - hours.MINUTE):
                moment -= hours.MINUTE
            return moment
    return None
