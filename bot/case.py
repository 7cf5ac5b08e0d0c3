"""One text on its way through the line, with all that is known about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import structlog
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from bot.language import locales
from bot.language.answers import Answer
from bot.line import Line
from bot.people import Person
from bot.triage import Verdict
from records import rows
from records.audit import note
from records.errors import SealBrokenError
from records.ids import new_id
from records.models import Address, Contact, Conversation, Message, OptOut, Question, QueueItem

log = structlog.get_logger()

WINDOW = timedelta(minutes=30)
WINDOW_TEXTS = 8
_WANTED = "at:"


@dataclass(frozen=True, slots=True)
class Received:
    """The text's own row, as far as deciding needs it; `sent_at` only of one found late."""

    id: int
    media_count: int
    is_late: bool
    is_stale: bool = False
    sent_at: datetime | None = None


@dataclass
class Case:
    """An inbound text with its contact, inside the one transaction that carries all effects.

    `words` is what was said; `verdict` triage's reading of it; `waiting` the question that a
    short answer would answer. `answered` turns true once something was queued for the client, so
    that nothing else speaks in this turn. `alert_id` is the client's open alert; while the client
    knows of one (`has_alert`) the bot answers requests and asks nothing. `own` are the kinds of
    the client's own words that were said; `words` no longer holds them. `earlier` is what they
    texted in the half hour before, oldest first; `eyes` what this text says of who else looks at
    the phone (bot/watched.py). `worker_id`: who hears first of an alert that this text opens.
    """

    session: Session
    line: Line
    person: Person
    message: Received
    words: str
    now: datetime
    verdict: Verdict
    waiting: Question | None = None
    is_repeat: bool = False
    answered: bool = field(default=False)
    has_alert: bool = field(default=False)
    alert_id: int | None = None
    own: frozenset[str] = frozenset()
    earlier: tuple[str, ...] = ()
    eyes: frozenset[str] = frozenset()
    worker_id: int | None = None

    @property
    def contact(self) -> Contact:
        return self.person.contact

    @property
    def address(self) -> Address:
        return self.person.address

    @property
    def conversation(self) -> Conversation:
        return self.person.conversation

    @property
    def locale(self) -> str:
        """The catalogue this contact reads, one of bot.language.locales."""
        return locale_of(self.contact)

    def answer(self) -> Answer | None:
        """The short answer that this text amounts to, or None."""
        return self._answer

    def keyword(self) -> str | None:
        """The flow whose word this text is, if any."""
        return self.line.vocabulary.flow_for(self.words)

    @cached_property
    def _answer(self) -> Answer | None:  # each text is asked for it three times and more
        return self.line.vocabulary.answer(self.words)

    def to_queue(
        self, kind: str, level: str = "routine", *, once: bool = True, at: datetime | None = None
    ) -> None:
        """Puts this text in front of a person; one open item for one cause. `at` (aware): when
        what they want is wanted."""
        key = f"{kind}:{self.contact.id}" if once else None
        about = wanted(at) if at else None
        add_item(self.session, self.now, kind, level, self.contact.id, self.message.id, key, about)

    def note(self, act: str, detail: str | None = None) -> None:
        note(
            self.session,
            self.now,
            "client",
            act,
            contact_id=self.contact.id,
            subject=f"message:{self.message.id}",
            detail=detail,
        )

    def ledger(self) -> OptOut | None:
        """This number's row in the opt-out ledger while it is closed."""
        row = self.person.opt_out
        return row if row is not None and row.reopened_at is None else None


def locale_of(contact: Contact) -> str:
    """The catalogue this contact reads."""
    return locales.locale_of(contact.language, contact.script)


def wanted(at: datetime) -> str:
    """The subject of an item for which a time is wished; `at` is aware."""
    return _WANTED + at.astimezone(UTC).isoformat(timespec="minutes")


def wanted_at(subject: str | None) -> datetime | None:
    """The time (UTC) that such a subject names; None for another one."""
    is_time = subject is not None and subject.startswith(_WANTED)
    return datetime.fromisoformat((subject or "").removeprefix(_WANTED)) if is_time else None


def add_item(
    session: Session,
    now: datetime,
    kind: str,
    level: str = "routine",
    contact_id: int | None = None,
    message_id: int | None = None,
    dedupe_key: str | None = None,
    subject: str | None = None,
) -> None:
    """Opens a queue item unless one with the same open cause is there already."""
    if dedupe_key is not None:
        is_open = rows.look(session, _OPEN_ITEM, {"cause": dedupe_key})
        if is_open:
            _more(session, is_open[0].id, level, message_id, subject)
            return
    rows.keep_once(
        session,
        QueueItem,
        id=new_id(),
        kind=kind,
        level=level,
        contact_id=contact_id,
        message_id=message_id,
        dedupe_key=dedupe_key,
        subject=subject,
        opened_at=now,
    )


def _more(
    session: Session, open_id: int, level: str, message_id: int | None, subject: str | None
) -> None:
    """The same cause once more."""
    if level in _GRAVER:
        rows.change(session, _GRAVER[level], {"item": open_id})
    if message_id is not None:
        rows.change(session, _NEWER_TEXT, {"item": open_id, "message": message_id})
    if subject is not None and subject.startswith(_WANTED):
        rows.change(session, _NEWER_TIME, {"item": open_id, "about": subject})


_ITEM = QueueItem.metadata.tables[QueueItem.__tablename__]
_OPEN_ITEM = select(_ITEM.c.id).where(
    _ITEM.c.dedupe_key == bindparam("cause"), _ITEM.c.resolved_at.is_(None)
)
# Whoever put the item off did not know of this text: it is back in the queue.
_NEWER_TEXT = (
    update(_ITEM)
    .where(_ITEM.c.id == bindparam("item"))
    .values(message_id=bindparam("message"), snoozed_until_at=None)
)

#: What is open already is as grave as the gravest that was said of it.
_OF_ITEM = update(_ITEM).where(_ITEM.c.id == bindparam("item"))
_GRAVER = {
    "urgent": _OF_ITEM.where(_ITEM.c.level == "routine").values(level="urgent"),
    "emergency": _OF_ITEM.where(_ITEM.c.level != "emergency").values(level="emergency"),
}

_NEWER_TIME = (
    update(_ITEM).where(_ITEM.c.id == bindparam("item")).values(subject=bindparam("about"))
)

_EARLIER = (
    select(Message.contact_id, Message.id, Message.body_sealed)
    .join(Contact, Contact.id == Message.contact_id)
    .where(
        Contact.id.in_(bindparam("contacts", expanding=True)),
        Message.seq >= Contact.next_seq - 2 * WINDOW_TEXTS,
        Message.direction == "inbound",
        Message.created_at > bindparam("since"),
    )
    .order_by(Message.seq)
)


def earlier_texts(
    session: Session, contacts: Iterable[Contact], now: datetime
) -> dict[int, list[tuple[int, bytes]]]:
    """What these contacts texted in the last half hour, oldest first: people split messages.

    Row ids and sealed words by the contact's id; who texted nothing is not in it.
    """
    since = now - WINDOW
    recent = [c.id for c in contacts if c.last_inbound_at and c.last_inbound_at > since]
    found: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    if recent:
        for row in rows.look(session, _EARLIER, {"contacts": recent, "since": since}):
            if row.body_sealed is not None:
                found[row.contact_id].append((row.id, row.body_sealed))
    return {contact_id: texts[-WINDOW_TEXTS:] for contact_id, texts in found.items()}


def words_of(line: Line, contact: Contact, texts: Iterable[tuple[int, bytes]]) -> list[str]:
    """Their words, without what cannot be read any more: the text that comes now must be kept.

    Raises ErasedError.
    """
    found = []
    for row_id, sealed in texts:
        try:
            found.append(line.vault.open(contact.data_key, f"message.body:{row_id}", sealed))
        except SealBrokenError:
            log.error("earlier_text_unreadable")
    return found
