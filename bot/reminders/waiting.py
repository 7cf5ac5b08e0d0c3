"""Who waits for a place hears once that the date moved, is off, or is on after all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, func, insert, select, update
from sqlalchemy.orm import Session

from bot.calendar import booking
from bot.reminders import planning
from records.ids import new_id
from records.models import (
    Appointment,
    Message,
    Occurrence,
    Reminder,
    WaitingNews,
    WaitingPlace,
)
from records.models.bookings import DROPPED, HELD, OFFERED, PLANNED, SENT, WAITING
from records.models.messages import UNFINISHED, State

#: Why news has no text of its own: the offer that followed said it.
IN_OFFER = "offered"
#: They have a place since, or no longer want one: nothing is missing that they were not told.
_NO_LONGER = ("taken", "left", "declined", "given_up")
#: The phone company has it, and has not said that it did not arrive.
_LEFT = (State.SENT, State.DELIVERED)


def changed(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Plans the news for everybody who waits, and takes back what no longer holds.

    The caller holds the date's row and has counted its revision up. An open offer of a date that
    moved is taken back: they wait again, and hear both when it is offered anew.
    """
    _withdraw_news(session, occurrence, now)
    if occurrence.state == "planned":
        _withdraw_offers(session, occurrence, now)
    heard = _heard_it_is_off(session, occurrence)
    waiting = select(WaitingPlace.id, WaitingPlace.contact_id).where(
        WaitingPlace.occurrence_id == occurrence.id, WaitingPlace.state == WAITING
    )
    values = [
        {
            "id": new_id(), "waiting_id": place_id, "contact_id": contact_id, "step": step,
            "occurrence_id": occurrence.id, "revision": occurrence.revision, "due_at": now,
            "state": PLANNED,
        }
        for place_id, contact_id in session.execute(waiting.order_by(WaitingPlace.id)).all()
        if (step := planning.news_of(occurrence, contact_id in heard)) is not None
    ]  # fmt: skip
    if values:
        session.execute(insert(WaitingNews), values)
    if occurrence.state != "planned":
        _end(session, occurrence, now)


def say_in_offer(session: Session, place: WaitingPlace, now: datetime) -> None:
    """A place is offered to them: what they have not heard of the date, the offer says."""
    session.execute(
        update(WaitingNews)
        .where(WaitingNews.waiting_id == place.id, WaitingNews.state == PLANNED)
        .values(state=DROPPED, reason=IN_OFFER, settled_at=now)
        .execution_options(synchronize_session=False)
    )


def offer_says_it_moved(session: Session, appointment_id: int, revision: int) -> bool:
    """Is this offer also the first they hear of the day it moved to?"""
    found = (
        select(WaitingNews.id)
        .join(WaitingPlace, WaitingPlace.id == WaitingNews.waiting_id)
        .where(
            WaitingPlace.appointment_id == appointment_id,
            WaitingNews.revision == revision,
            WaitingNews.step == planning.MOVED,
            WaitingNews.reason == IN_OFFER,
        )
    )
    return session.scalar(found.limit(1)) is not None


@dataclass(frozen=True)
class Told:
    """What became of the news of a date's last change among those who wait. `told`: people whose
    text, or the offer that says it, has left; `to_come`: it is on its way; `not_told`: whom no
    text reached, as (id of the contact, reason)."""

    told: int
    to_come: int
    not_told: list[tuple[int, str]]

    @property
    def total(self) -> int:
        return self.told + self.to_come + len(self.not_told)


def told(session: Session, occurrence: Occurrence) -> Told:
    """Counted from the rows. Who has a place since, or left the list, is not counted."""
    count, to_come, not_told = 0, 0, list[tuple[int, str]]()
    for row, place, offer, text in session.execute(_news_and_texts(occurrence)).all():
        said = row if row.reason != IN_OFFER else offer
        # An offer that never left is made again to whoever waits on: they are first in line.
        is_planned = said.state == PLANNED if said is not None else place.state == WAITING
        why = said.reason if said is not None else None
        if text is not None and text.state in _LEFT:
            count += 1
        elif is_planned or (text is not None and text.state in UNFINISHED):
            to_come += 1
        elif why not in _NO_LONGER:
            not_told.append((row.contact_id, why or (text.reason if text else None) or ""))
    return Told(count, to_come, not_told)


def _news_and_texts(
    occurrence: Occurrence,
) -> Select[WaitingNews, WaitingPlace, Reminder | None, Message | None]:
    """Each news of the last change, its place on the list, the offer that says it instead, if
    one does, and the text that says it, if there is one yet."""
    offer = and_(
        Reminder.appointment_id == WaitingPlace.appointment_id,
        Reminder.step == planning.OFFER,
        WaitingNews.reason == IN_OFFER,
    )
    text = Message.id == func.coalesce(Reminder.message_id, WaitingNews.message_id)
    return (
        select(WaitingNews, WaitingPlace, Reminder, Message)
        .join(WaitingPlace, WaitingPlace.id == WaitingNews.waiting_id)
        .outerjoin(Reminder, offer)
        .outerjoin(Message, text)
        .where(
            WaitingNews.occurrence_id == occurrence.id,
            WaitingNews.revision == occurrence.revision,
        )
        .order_by(WaitingNews.id)
    )


def _withdraw_news(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """What was planned, or written down and not sent yet, is of an earlier revision."""
    earlier = session.scalars(
        select(WaitingNews)
        .where(
            WaitingNews.occurrence_id == occurrence.id,
            WaitingNews.revision < occurrence.revision,
            WaitingNews.state.in_((PLANNED, SENT)),
        )
        .with_for_update()
    ).all()
    written = [row.message_id for row in earlier if row.message_id is not None]
    stopped = set(planning.stop(session, written, now))
    for row in earlier:
        if row.state == PLANNED or row.message_id in stopped:
            row.state, row.settled_at = DROPPED, now
            row.reason = planning.why_stale(occurrence)


def _withdraw_offers(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """A seat that is kept for somebody was offered for another time: nobody has said yes to this
    one. Whoever it was waits again and comes before who asked later."""
    held = list(
        session.scalars(
            select(Appointment.id).where(
                Appointment.occurrence_id == occurrence.id, Appointment.state == HELD
            )
        )
    )
    if not held:
        return
    planning.withdraw(session, held, occurrence, now)
    for row_id in held:
        booking.close_questions(session, row_id, now)
    session.execute(
        update(Appointment)
        .where(Appointment.id.in_(held))
        .values(state="lapsed", seat=None, ended_at=now, held_until_at=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(WaitingPlace)
        .where(WaitingPlace.occurrence_id == occurrence.id, WaitingPlace.state == OFFERED)
        .values(state=WAITING, offered_at=None, appointment_id=None)
        .execution_options(synchronize_session=False)
    )
    occurrence.offer_at = now


def _heard_it_is_off(session: Session, occurrence: Occurrence) -> set[int]:
    """Contacts whom the news that it is off has reached, of a date that is on again."""
    if occurrence.reason != planning.AGAIN:
        return set()
    return {
        contact_id
        for news in (WaitingNews, Reminder)
        for contact_id in session.scalars(
            select(news.contact_id).where(
                news.occurrence_id == occurrence.id,
                news.step == planning.CANCELLED,
                news.state == SENT,
                news.revision == occurrence.revision - 1,
            )
        )
    }


def _end(session: Session, occurrence: Occurrence, now: datetime) -> None:
    """Nobody waits for a place at a date that is off."""
    occurrence.offer_at = None
    session.execute(
        update(WaitingPlace)
        .where(
            WaitingPlace.occurrence_id == occurrence.id,
            WaitingPlace.state.in_((WAITING, OFFERED)),
        )
        .values(state="over", ended_at=now)
        .execution_options(synchronize_session=False)
    )
