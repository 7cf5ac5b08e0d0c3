"""A text comes in: kept and answered as a whole, or the phone company is told to try again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import bindparam, literal, select
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as NoConnectionError
from sqlalchemy.orm import Session

from bot import people, questions, revisions
from bot.case import Case, earlier_texts, words_of
from bot.decide import decide
from bot.effects import say
from bot.engine import Text
from bot.escalation import alerts, staff_texts
from bot.escalation.to_client import PURPOSE as URGENT_REPLY
from bot.line import Line
from bot.opening import Inbound as Inbound
from bot.opening import case_of, plain_words
from bot.outbox.writing import URGENT
from bot.triage import Level
from records import rows
from records.database import is_collision
from records.failpoints import hit
from records.models import Message, Question, Staff
from records.models.messages import Lane

log = structlog.get_logger()

TRIES = 3
#: The database is away, full, locked or only to be read: then nothing at all could be kept.
_AWAY = (OperationalError, InterfaceError, InternalError, NoConnectionError)


def receive(line: Line, text: Inbound) -> int | None:
    """Keeps a text and all it causes in ONE transaction; its row id, or None if known already.

    Raises what the database raises when it is away: the caller answers 5xx, and the sweeper
    fetches it where the carrier does not try again. Who only stood in another's way starts over
    at once: two first texts of one phone collide on the number's unique index, two that need the
    same rows may wait crosswise. A text that our own code cannot digest, or whose effects the
    database refuses again and again, is kept all the same and put in front of a person as urgent.
    """
    deciding, tries = decide, 0
    while True:
        tries += 1
        try:
            with line.database.write() as session:
                message_id = _keep(session, line, text, deciding)
                hit("before_commit")
                is_urgent = URGENT in session.info
        except Exception as error:  # a text must never be lost to a mistake of ours
            if tries < TRIES and (isinstance(error, IntegrityError) or is_collision(error)):
                log.warning("text_stored_anew", kind=type(error).__name__)
                continue
            if _is_away(error) or deciding is to_a_person:
                raise
            log.error("text_not_digested", kind=type(error).__name__)
            deciding = to_a_person
        else:
            hit("after_commit")
            line.wake.now(is_urgent=is_urgent)
            return message_id


def _is_away(error: Exception) -> bool:
    is_cut = isinstance(error, DBAPIError) and error.connection_invalidated
    return is_cut or isinstance(error, _AWAY)


def to_a_person(case: Case) -> None:
    """What happens to a text that our own code stumbled over: a person reads it at once.

    An urgent one is paged until somebody has it, and answered in the plainest way, each as far
    as that can be done.
    """
    case.to_queue("not_digested", "urgent", once=False)
    case.note("not_digested")
    if case.verdict.level is not Level.ROUTINE:
        for act in (_page, _answer):
            try:
                with case.session.begin_nested():
                    act(case)
            except Exception as error:  # the text itself is kept whatever happens
                log.error("not_paged_or_answered", kind=type(error).__name__)


def _page(case: Case) -> None:
    verdict = case.verdict
    alerts.open_or_grow(case, verdict.level, verdict.kind or "generic", verdict.tier)


def _answer(case: Case) -> None:
    alert = alerts.held(case.session, case.alert_id) if case.alert_id else None
    if alert is None or alert.is_silent or case.ledger() is not None:
        return
    alert.reply_id = say(case, Text("urgent.noted"), lane=Lane.URGENT, purpose=URGENT_REPLY).id


def _keep(
    session: Session, line: Line, text: Inbound, deciding: Callable[[Case], None]
) -> int | None:
    now = line.now()
    number = people.normal_number(text.from_)
    person = people.who_speaks(session, line, text.channel, number, now)
    # Looked at while the person's row is ours, so that nothing of it changes under us.
    message_id, staff_id, alert_id, waiting = _around(session, line, text, number, person, now)
    if message_id is not None:
        return None
    if staff_id is not None and deciding is not to_a_person:
        words, staff = plain_words(text.body), session.get_one(Staff, staff_id)
        in_need = alert_id is not None
        kept = staff_texts.receive(session, line, staff, text, words, now, in_need=in_need)
        if kept is not None:
            return kept
    if person is None:
        person = people.make(session, line, text.channel, number, now)
        person.contact.language = text.language
    contact = person.contact
    sealed = earlier_texts(session, [contact], now).get(contact.id, [])
    earlier = words_of(line, contact, sealed)
    case = case_of(session, line, text, person, waiting, earlier, now, alert_id)
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
