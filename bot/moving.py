"""What moves when two records of one client become one, and what is left behind on purpose."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import Session, aliased

from bot import names, people
from bot.checkins import plans
from bot.effects import CONSENT_VERSION
from bot.line import Line
from records.ids import new_id
from records.models import (
    Address,
    Appointment,
    Consent,
    Contact,
    Conversation,
    Message,
    Question,
    QueueItem,
    Reminder,
    SafeHours,
    WaitingNews,
    WaitingPlace,
)
from records.models.bookings import BOOKED, HELD, OFFERED, PLANNED, WAITING
from records.models.messages import State

PURPOSES = ("reminders", "check_ins", "broadcasts", "evaluation", "caring_silent")
_Place = Appointment | WaitingPlace
_LIVE: tuple[tuple[type[_Place], tuple[str, ...]], ...] = (
    (Appointment, (BOOKED, HELD)),
    (WaitingPlace, (WAITING, OFFERED)),
)


def phones(session: Session, line: Line, other: Contact, contact: Contact, now: datetime) -> None:
    """The phones of `other` become those of `contact`, sealed with that one's key."""
    rows = list(session.scalars(select(Address).where(Address.contact_id == other.id)))
    _stop_what_waits(session, other, rows, now)
    for address in rows:
        _reseal(line, other, contact, address)


def to_a_stranger(
    session: Session, line: Line, contact: Contact, address: Address, now: datetime
) -> None:
    """A number that is no longer theirs: whoever texts from it next is somebody new."""
    _stop_what_waits(session, contact, [address], now)
    stranger = Contact(id=new_id(), data_key=line.vault.keys.new_ref(), created_at=now, next_seq=1)
    session.add(stranger)
    session.flush()
    session.add(Conversation(contact_id=stranger.id, not_understood=0, topics=""))
    _reseal(line, contact, stranger, address)
    address.proven_at = None
    session.flush()


def _reseal(line: Line, giver: Contact, taker: Contact, address: Address) -> None:
    number = people.identifier_of(line, giver, address)
    where = f"address.identifier:{address.id}"
    address.identifier_sealed = line.vault.seal(taker.data_key, where, number)
    address.contact_id = taker.id
    address.told_of = address.told_by = None  # of the line's other number: told them, not these


def _stop_what_waits(
    session: Session, contact: Contact, addresses: list[Address], now: datetime
) -> None:
    """Texts that have not left yet must not reach a phone of which we no longer know the owner."""
    session.execute(
        update(Message)
        .where(
            Message.contact_id == contact.id,
            Message.address_id.in_([address.id for address in addresses]),
            Message.state == State.QUEUED,
        )
        .values(state=State.EXPIRED, reason="number_changed", final_at=now)
        .execution_options(synchronize_session=False)
    )


def choices(
    session: Session, contact: Contact, other: Contact, now: datetime, *, is_change: bool
) -> None:
    """What was said at either phone holds, and of two answers the more careful one.

    Own words stay those of `contact`: they are hashes that hold for one record only.
    """
    said = {contact.safe_to_text, other.safe_to_text}
    if is_change:
        _as_at_the_new_phone(session, contact, other)
    else:
        contact.safe_to_text = next(one for one in ("no", "unknown", "yes") if one in said)
    contact.stopped_at = contact.stopped_at or other.stopped_at
    contact.is_watched = contact.is_watched or other.is_watched
    contact.paused_until_at = max(
        (at for at in (contact.paused_until_at, other.paused_until_at) if at), default=None
    )
    contact.last_inbound_at = max(
        (at for at in (contact.last_inbound_at, other.last_inbound_at) if at), default=None
    )
    contact.doubted_at, contact.known_at = None, now
    for purpose in PURPOSES:
        _consent(session, contact, other, purpose, now)


def _as_at_the_new_phone(session: Session, contact: Contact, other: Contact) -> None:
    contact.safe_to_text, contact.safe_asked_at = other.safe_to_text, other.safe_asked_at
    contact.someone_else = other.someone_else
    own = select(SafeHours.id).where(SafeHours.contact_id == other.id).limit(1)
    if session.scalar(own) is None:
        return
    session.execute(
        delete(SafeHours)
        .where(SafeHours.contact_id == contact.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(SafeHours)
        .where(SafeHours.contact_id == other.id)
        .values(contact_id=contact.id)
        .execution_options(synchronize_session=False)
    )


def _consent(
    session: Session, contact: Contact, other: Contact, purpose: str, now: datetime
) -> None:
    """A no at either phone is a no; a yes counts where the other record was never asked."""
    own, theirs = (_newest(session, one.id, purpose) for one in (contact, other))
    if theirs is None or (theirs.given and own is not None):
        return
    session.add(
        Consent(
            contact_id=contact.id,
            purpose=purpose,
            given=theirs.given,
            version=CONSENT_VERSION,
            language=theirs.language,
            how="joined",
            channel=theirs.channel,
            at=now,
        )
    )
    if not theirs.given and purpose == "check_ins":
        for plan in plans.live(session, contact.id):
            plans.end(session, plan, "client", now)


def _newest(session: Session, contact_id: int, purpose: str) -> Consent | None:
    return session.scalar(
        select(Consent)
        .where(Consent.contact_id == contact_id, Consent.purpose == purpose)
        .order_by(Consent.id.desc())
        .limit(1)
    )


def what_is_open(
    session: Session, line: Line, contact: Contact, other: Contact, now: datetime
) -> None:
    """Dates and items that wait go on under `contact`; questions and plans of `other` end."""
    for model, states in _LIVE:
        _move_dates(session, line, model, states, contact, other)
    session.execute(
        update(QueueItem)
        .where(QueueItem.contact_id == other.id, QueueItem.resolved_at.is_(None))
        .values(contact_id=contact.id)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Question)
        .where(Question.contact_id == other.id, Question.closed_at.is_(None))
        .values(closed_at=now, outcome="replaced")
        .execution_options(synchronize_session=False)
    )
    for plan in plans.live(session, other.id):
        plans.end(session, plan, "changed", now)
    conversation = session.get_one(Conversation, other.id)
    conversation.handed_off_at = conversation.handed_off_to = None
    names.forget_marks(session, other.id)
    # Nothing new comes from there: out of the list of conversations.
    other.last_inbound_at = None


def _move_dates(
    session: Session,
    line: Line,
    model: type[_Place],
    states: tuple[str, ...],
    contact: Contact,
    other: Contact,
) -> None:
    """A date that both records have stays with the one that goes on."""
    own = aliased(model)
    has_one = exists().where(
        own.contact_id == contact.id,
        own.occurrence_id == model.occurrence_id,
        own.state.in_(states),
    )
    moved: list[_Place] = list(
        session.scalars(
            select(model).where(model.contact_id == other.id, model.state.in_(states), ~has_one)
        )
    )
    for row in moved:
        row.contact_id = contact.id
        if isinstance(row, Appointment):
            _move_seat(session, line, row, contact, other)
        else:
            _move_texts(session, WaitingNews, WaitingNews.waiting_id == row.id, contact)
    session.flush()


def _move_seat(
    session: Session, line: Line, seat: Appointment, contact: Contact, other: Contact
) -> None:
    """What was said of a seat is sealed anew with its new key; planned reminders follow it."""
    if seat.details_sealed is not None:
        where = f"appointment.details:{seat.id}"
        details = line.vault.open(other.data_key, where, seat.details_sealed)
        seat.details_sealed = line.vault.seal(contact.data_key, where, details)
    _move_texts(session, Reminder, Reminder.appointment_id == seat.id, contact)


def _move_texts(
    session: Session,
    texts: type[Reminder] | type[WaitingNews],
    theirs: ColumnElement[bool],
    contact: Contact,
) -> None:
    session.execute(
        update(texts)
        .where(theirs, texts.state == PLANNED)
        .values(contact_id=contact.id)
        .execution_options(synchronize_session=False)
    )
