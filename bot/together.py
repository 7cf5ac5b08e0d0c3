"""Takes texts that wait at the same moment in one transaction: one look and one commit for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import structlog
from sqlalchemy import CompoundSelect, String, bindparam, literal_column, select, union_all
from sqlalchemy import cast as as_type
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import people, questions, revisions
from bot.case import earlier_texts, words_of
from bot.decide import decide
from bot.escalation.holding import RESOLVED
from bot.line import Line
from bot.opening import Inbound, case_of
from bot.people import HELD, Person
from bot.triage import Level
from records import ready, rows
from records.failpoints import hit
from records.models import Counter, Escalation, Message, Question, Staff
from records.rows import Common, NeedsItsOwn, Shared

log = structlog.get_logger()

CHANNEL = "sms"


def take(line: Line, texts: Sequence[Inbound]) -> list[int | None]:
    """The row id of each text that was kept with all it causes; None for the others.

    Of those nothing is kept: each needs a transaction of its own (`inbound.receive`), because
    it is urgent, new, known already or a worker's, because its sender's row is in other hands,
    because our code stumbled over it, or because the database refused this transaction. No
    two texts may be of one sender.
    """
    try:
        with line.database.write() as session:
            line.database.keep_plans(session)
            kept, done = _decide(session, line, texts)
            if not done:
                return kept
            rows.write(session.connection(), done)
            hit("before_commit")
    except Exception as error:
        # When the database is away each will find that out by itself, and say so.
        log.warning("not_taken_together", kind=type(error).__name__)
        return [None for _ in texts]
    hit("after_commit")
    line.wake.now(is_urgent=False)
    return kept


def _decide(
    session: Session, line: Line, texts: Sequence[Inbound]
) -> tuple[list[int | None], list[Shared]]:
    """Each text is decided on by itself, in order; one that cannot be leaves no trace."""
    seen = _Seen(session, line, texts)
    kept: list[int | None] = []
    done: list[Shared] = []
    for text in texts:
        try:
            message_id, written = seen.decided(text)
        except SQLAlchemyError:
            raise
        except Exception as error:
            if not isinstance(error, NeedsItsOwn):
                log.error("text_not_digested", kind=type(error).__name__)
            kept.append(None)
        else:
            kept.append(message_id)
            done.append(written)
    return kept, done


class _Seen:
    """What the line knows of the senders of these texts, whose rows are ours until the commit."""

    def __init__(self, session: Session, line: Line, texts: Sequence[Inbound]) -> None:
        self.line = line
        self.index = {
            text.from_: line.vault.index(f"address.{CHANNEL}", people.normal_number(text.from_))
            for text in texts
        }
        self.people = people.find_free(session, CHANNEL, list(self.index.values()))
        self.now = line.now()
        # Looked at while the people's rows are ours, so that nothing of them changes under us.
        contacts = {person.contact.id: person.contact for person in self.people.values()}
        self.known = _known(session, line, texts, list(self.index.values()), list(contacts))
        self.waiting = _waiting(session, list(contacts), self.now)
        # From here on the objects are plain values: what changes in them is written by us.
        session.expunge_all()
        self.earlier = earlier_texts(session, contacts.values(), self.now)
        self.connection, self.common = session.connection(), Common(tuple(contacts))

    def decided(self, text: Inbound) -> tuple[int, Shared]:
        """The text's row id and all rows it causes. Raises NeedsItsOwn."""
        person = self._plain_person(text)
        contact = person.contact
        held = (contact, person.address, person.conversation)
        session = Shared(self.connection, self.common, held)
        session.info[HELD] = contact.id
        waiting = self.waiting.get(contact.id)
        earlier = words_of(self.line, contact, self.earlier.get(contact.id, []))
        # It stands in for a session here, and refuses what it cannot do.
        stand_in = cast(Session, session)
        case = case_of(stand_in, self.line, text, person, waiting, earlier, self.now)
        if case.verdict.level is not Level.ROUTINE:
            raise NeedsItsOwn("urgent")
        decide(case)
        rows.save_and_let_go(stand_in, contact, case.conversation, case.address)
        if rows.has_unsaved(session, person.opt_out, waiting):
            raise NeedsItsOwn("a row that only a session of its own would write")
        return case.message.id, session

    def _plain_person(self, text: Inbound) -> Person:
        index = self.index[text.from_]
        person = self.people.get(index)
        if text.channel != CHANNEL or person is None:
            raise NeedsItsOwn("not known, or held elsewhere")
        for fact in (("sid", text.sid), ("staff", index), ("alert", str(person.contact.id))):
            if fact in self.known:
                raise NeedsItsOwn(fact[0])
        return person


#: One look for all: which of these texts do we have, which senders are workers, which have an
#: open alert, and did a speaker change a text?
_KNOWN: CompoundSelect[Any] = union_all(
    select(literal_column("'sid'"), Message.carrier_sid).where(
        Message.carrier_sid.in_(bindparam("sids", expanding=True))
    ),
    select(literal_column("'staff'"), Staff.phone_index).where(
        Staff.phone_index.in_(bindparam("phones", expanding=True)), Staff.is_active
    ),
    select(literal_column("'alert'"), as_type(Escalation.contact_id, String)).where(
        Escalation.contact_id.in_(bindparam("contacts", expanding=True)),
        Escalation.state != literal_column(f"'{RESOLVED}'"),
    ),
    select(literal_column("'newest'"), as_type(Counter.value, String)).where(
        Counter.name == revisions.NUMBERS
    ),
)


def _known(
    session: Session, line: Line, texts: Sequence[Inbound], phones: list[str], contacts: list[int]
) -> set[tuple[str, str]]:
    asked = {"sids": [text.sid for text in texts], "phones": phones, "contacts": contacts}
    known = {(str(row[0]), str(row[1])) for row in ready.fetch(session.connection(), _KNOWN, asked)}
    newest = next((int(value) for kind, value in known if kind == "newest"), None)
    revisions.take_over(session, line, newest)
    return known


_WAITING = (
    select(Question)
    .where(
        Question.contact_id.in_(bindparam("contacts", expanding=True)),
        *questions.IS_WAITING,
    )
    .join(Message, Message.id == Question.message_id)
    .order_by(Question.id)
)


def _waiting(session: Session, contacts: list[int], now: datetime) -> dict[int, Question]:
    """The newest waiting question of each."""
    found = session.scalars(_WAITING, {"contacts": contacts, "now": now})
    return {question.contact_id: question for question in found}
