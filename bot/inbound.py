"""A text comes in: kept and answered as a whole, or the phone company is told to try again."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import bindparam, literal, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from bot import abuse, own_words, people, questions, revisions
from bot.case import Case, Received, earlier_words
from bot.decide import decide
from bot.escalation import alerts, staff_texts
from bot.line import Line
from bot.outbox.blank import MASKED
from bot.outbox.writing import URGENT
from bot.reports import turns
from bot.triage import Level, Tier, Verdict, triage
from records import rows
from records.failpoints import hit
from records.ids import new_id
from records.models import Message, Question, Staff

log = structlog.get_logger()

TRIES = 3
SAME_TEXT = timedelta(seconds=4)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{120,}={0,2}\s*")


@dataclass(frozen=True)
class Inbound:
    """One text as the carrier handed it over. `at` is when it was sent, aware UTC.

    `is_late`: found in the carrier's list by the sweeper, not delivered by webhook.
    """

    sid: str
    from_: str
    to: str
    body: str
    at: datetime
    media_count: int = 0
    is_late: bool = False
    channel: str = "sms"


def receive(line: Line, text: Inbound) -> int | None:
    """Keeps a text and all it causes in ONE transaction; its row id, or None if known already.

    Raises whatever the database raises when it cannot: the caller answers 5xx and the
    carrier tries again. Two first texts of one phone at once collide on the number's
    unique index; the loser starts over and finds the contact there. A text that our own
    code cannot digest is kept all the same and put in front of a person as urgent.
    """
    deciding = decide
    for left in reversed(range(TRIES)):
        try:
            with line.database.write() as session:
                message_id = _keep(session, line, text, deciding)
                hit("before_commit")
                is_urgent = URGENT in session.info
        except SQLAlchemyError as error:
            if not left or not isinstance(error, IntegrityError):
                raise
        except Exception as error:  # a text must never be lost to a mistake of ours
            if deciding is to_a_person:
                raise
            log.error("text_not_digested", kind=type(error).__name__)
            deciding = to_a_person
        else:
            hit("after_commit")
            line.wake.now(is_urgent=is_urgent)
            return message_id
    return None


def to_a_person(case: Case) -> None:
    """What happens to a text that our own code stumbled over: a person reads it at once."""
    case.to_queue("not_digested", "urgent", once=False)
    case.note("not_digested")


def _keep(
    session: Session, line: Line, text: Inbound, deciding: Callable[[Case], None]
) -> int | None:
    now = line.now()
    number = people.normal_number(text.from_)
    person = people.find(session, line, text.channel, number)
    # Looked at while the person's row is ours, so that nothing of it changes under us.
    message_id, staff_id, alert_id, waiting = _around(session, line, text, number, person, now)
    if message_id is not None:
        return None
    if staff_id is not None:
        words, staff = plain_words(text.body), session.get_one(Staff, staff_id)
        kept = staff_texts.receive(session, line, staff, text.sid, words, now)
        if kept is not None:
            return kept
    if person is None:
        person = people.make(session, line, text.channel, number, now)
    case = _case(session, line, text, person, waiting, now)
    case.alert_id = alert_id
    deciding(case)
    rows.save_and_let_go(session, case.contact, case.conversation, case.address)
    return case.message.id


_ONE = select(literal(1).label("row")).subquery()
#: One look: do we have this text, is its sender a worker, has the sender an open alert, did a
#: speaker change a text, and which question waits for them?
_AROUND = (
    select(
        select(Message.id).where(Message.carrier_sid == bindparam("sid")).scalar_subquery(),
        staff_texts.SENDER.scalar_subquery(),
        alerts.OPEN_OF.scalar_subquery(),
        revisions.NEWEST.scalar_subquery(),
        Question,
    )
    .select_from(_ONE)
    .outerjoin(Question, Question.id == questions.NEWEST.scalar_subquery())
)


def _around(
    session: Session,
    line: Line,
    text: Inbound,
    number: str,
    person: people.Person | None,
    now: datetime,
) -> tuple[int | None, int | None, int | None, Question | None]:
    # A worker is known by the phone that texts: a number's index of another channel is nobody's.
    asked = {
        "sid": text.sid,
        "phone": line.vault.index(f"address.{text.channel}", number),
        "contact": person.contact.id if person else None,
        "now": now,
    }
    message_id, staff_id, alert_id, newest, waiting = session.execute(_AROUND, asked).one()
    revisions.take_over(session, line, newest)
    return message_id, staff_id, alert_id, waiting


def _case(
    session: Session,
    line: Line,
    text: Inbound,
    person: people.Person,
    waiting: Question | None,
    now: datetime,
) -> Case:
    words, contact, address = plain_words(text.body), person.contact, person.address
    said = own_words.read(line, contact, words, waiting)
    verdict = _judged(said.rest, earlier_words(session, line, contact, now))
    if own_words.DURESS in said.kinds:
        verdict = own_words.as_duress(verdict)
    if not said.kinds and turns.is_part(waiting, words):
        # A report's words stand in no thread, not even for the minute until it is filed.
        said, verdict = replace(said, stored=own_words.MASK), turns.QUIET
    is_repeat = _is_repeat(line, person, words, waiting, now)
    message = _row(session, line, text, person, said.stored, verdict, now)
    own_words.doubt(contact, address, now)
    abuse.count(contact, now)
    if address.proven_at is None:
        address.proven_at = now
    contact.last_inbound_at = now
    case = Case(session, line, person, message, said.rest, now, verdict, waiting, is_repeat)
    case.own = said.kinds
    return case


def _judged(words: str, earlier: list[str]) -> Verdict:
    """Triage's verdict; when triage itself fails, urgent: a person decides."""
    try:
        return triage(words, earlier)
    except Exception as error:  # a mistake of ours must not hide a cry for help
        log.error("triage_failed", kind=type(error).__name__)
        return Verdict(Level.URGENT, Tier.P1, "help", ())


def _row(
    session: Session,
    line: Line,
    text: Inbound,
    person: people.Person,
    words: str,
    verdict: Verdict,
    now: datetime,
) -> Received:
    contact = person.contact
    message = Received(new_id(), min(text.media_count, 99), text.is_late)
    # An empty list would be stored as JSON: a text without signals has none at all.
    signals = {"signals": [s.as_dict() for s in verdict.signals]} if verdict.signals else {}
    rows.keep(
        session,
        Message,
        id=message.id,
        contact_id=contact.id,
        seq=contact.next_seq,
        address_id=person.address.id,
        direction="inbound",
        channel=text.channel,
        purpose="inbound",
        state="received",
        body_sealed=line.vault.seal(contact.data_key, f"message.body:{message.id}", words),
        carrier_sid=text.sid,
        created_at=now,
        final_at=now,
        media_count=message.media_count,
        is_late=message.is_late,
        level=verdict.level.value,
        kind=verdict.kind,
        # The carrier's copy still holds the word: it is emptied with the next sweep.
        reason=MASKED if own_words.MASK in words else None,
        **signals,
    )
    contact.next_seq += 1
    return message


def _is_repeat(
    line: Line, person: people.Person, words: str, waiting: Question | None, now: datetime
) -> bool:
    """The same text within 4 s under a new id: a carrier's double, answered once.

    A short answer to a question that was put since the first one is no double.
    """
    conversation = person.conversation
    print_ = line.vault.index("text", f"{person.contact.id}\x00{words}")
    last_at = conversation.last_text_at
    same = conversation.last_text_hash == print_
    conversation.last_text_hash, conversation.last_text_at = print_, now
    if not (words.strip() and same and last_at is not None and now - last_at <= SAME_TEXT):
        return False
    return line.vocabulary.answer(words) is None or waiting is None or waiting.asked_at < last_at


def plain_words(body: str) -> str:
    """The text itself: Twilio sometimes wraps a long one in base64."""
    if not _BASE64.fullmatch(body):
        return body
    try:
        decoded = base64.b64decode(body, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return body
    return decoded if decoded.isprintable() or "\n" in decoded else body
