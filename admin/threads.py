"""Reads conversations: the list of them, and one with every text in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from admin.access import names_of
from admin.items import mask_of
from admin.show import excerpt, unbroken
from bot import safe, whatsapp
from bot.escalation import phones
from bot.language.detect import detect
from bot.language.transliterate import transliterate
from bot.line import Line
from bot.reports import keeping
from records.errors import ErasedError, MendableError
from records.models import Address, Contact, Conversation, Message
from records.models.messages import State

A_PAGE = 30
TEXTS = 60
SERIOUS = ("emergency", "urgent")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Row:
    """One conversation in the list. `words` is the start of their last text; `is_hidden` after
    a silence, when somebody else may have the phone."""

    client: str
    who: str
    language: str
    at: datetime
    level: str
    kind: str
    words: Markup | None
    is_handed_off: bool
    is_hidden: bool


@dataclass(frozen=True)
class Shown:
    """One text of a thread. `state` is the delivery state; `missing` says why words are not
    there: erased, broken or none."""

    id: int
    seq: int
    is_theirs: bool
    by: str
    at: datetime
    words: Markup
    other_script: Markup
    missing: str | None
    state: str
    reason: str
    level: str
    kind: str
    language: str
    media: int
    is_late: bool
    due_at: datetime | None

    @property
    def needs_note(self) -> bool:
        """Is a note about the content shown before the words?"""
        return self.is_theirs and self.level in SERIOUS


def listed(session: Session, line: Line, before: str | None) -> tuple[list[Row], str | None]:
    """A page of conversations, newest text first, and where the next page begins.

    Walks the index of last texts, so it costs the same however many there are.
    """
    last = aliased(Message)
    newest = (
        select(last.id)
        .where(last.contact_id == Contact.id, last.direction == "inbound")
        .order_by(last.seq.desc())
        .limit(1)
        .correlate(Contact)
        .scalar_subquery()
    )
    chosen = (
        select(Contact, Conversation, Message)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .join(Message, Message.id == newest)
        .where(Contact.last_inbound_at.is_not(None))
        .order_by(Contact.last_inbound_at.desc(), Contact.id.desc())
        .limit(A_PAGE + 1)
    )
    if (place := _place(before)) is not None:
        at, contact_id = place
        chosen = chosen.where(
            Contact.last_inbound_at <= at,
            or_(Contact.last_inbound_at < at, Contact.id < contact_id),
        )
    found = session.execute(chosen).all()
    shown = found[:A_PAGE]
    rows = [_row(session, line, *each) for each in shown]
    return rows, _mark(shown[-1][0]) if len(found) > A_PAGE else None


def _row(
    session: Session, line: Line, contact: Contact, conversation: Conversation, last: Message
) -> Row:
    words, _ = words_of(line, contact, last)
    address, is_silent = address_of(session, contact), safe.is_silent(contact, line.now())
    return Row(
        client=contact.public_id,
        who=mask_of(line, contact, address) if address else "",
        language=f"{contact.language}_{contact.script}",
        at=contact.last_inbound_at or contact.created_at,
        level=last.level or "routine",
        kind=last.kind or "",
        words=None if last.level in SERIOUS or words is None or is_silent else excerpt(words),
        is_hidden=is_silent,
        is_handed_off=conversation.handed_off_at is not None,
    )


def _mark(contact: Contact) -> str:
    at = contact.last_inbound_at or contact.created_at
    return f"{(at - _EPOCH) // _MICROSECOND:x}-{contact.id:x}"


def _place(mark: str | None) -> tuple[datetime, int] | None:
    try:
        at, _, contact_id = (mark or "").partition("-")
        return _EPOCH + _MICROSECOND * int(at, 16), int(contact_id, 16)
    except (ValueError, OverflowError):
        return None


def address_of(session: Session, contact: Contact) -> Address | None:
    """The phone that this contact texted from last, or the newest that is theirs."""
    last = phones.newest(session, contact.id)
    if last is not None:
        return session.get(Address, last)
    return session.scalar(
        select(Address).where(Address.contact_id == contact.id).order_by(Address.id.desc()).limit(1)
    )


def addresses_of(session: Session, contact: Contact) -> list[Address]:
    """All phones of this contact, the newest first."""
    chosen = select(Address).where(Address.contact_id == contact.id)
    return list(session.scalars(chosen.order_by(Address.id.desc())))


def may_write(session: Session, line: Line, address: Address | None) -> bool:
    """False on WhatsApp once a day has gone by since the client wrote there."""
    if address is None or address.channel != whatsapp.CHANNEL:
        return True
    return whatsapp.is_in_window(session, address.contact_id, address.id, line.now())


def find(session: Session, public_id: str) -> tuple[Contact, Conversation] | None:
    """A contact by the random name that stands in addresses of pages."""
    row = session.execute(
        select(Contact, Conversation)
        .join(Conversation, Conversation.contact_id == Contact.id)
        .where(Contact.public_id == public_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def texts(session: Session, contact: Contact, before: int | None) -> list[Message]:
    """Up to TEXTS texts, oldest first; the newest, or those before a number."""
    # What was shredded is not shown as a gap: the gap would tell who wrote a report.
    chosen = select(Message).where(
        Message.contact_id == contact.id, Message.purpose != keeping.SHREDDED
    )
    if before is not None:
        chosen = chosen.where(Message.seq < before)
    rows = session.scalars(chosen.order_by(Message.seq.desc()).limit(TEXTS)).all()
    return list(reversed(rows))


def shown(session: Session, line: Line, contact: Contact, rows: Iterable[Message]) -> list[Shown]:
    """Texts with their words opened."""
    rows = list(rows)
    names = names_of(session, line, {row.answered_by_id for row in rows if row.answered_by_id})
    return [_shown(line, contact, row, names) for row in rows]


def _shown(line: Line, contact: Contact, row: Message, names: dict[int, str]) -> Shown:
    words, missing = words_of(line, contact, row)
    return Shown(
        id=row.id,
        seq=row.seq or 0,
        is_theirs=row.direction == "inbound",
        by=names.get(row.answered_by_id or 0, ""),
        at=row.created_at,
        words=unbroken(words or ""),
        other_script=unbroken(other_script(words or "")),
        missing=missing,
        state=row.state,
        reason=row.reason or row.error_code or "",
        level=row.level or "routine",
        kind=row.kind or "",
        language=detect(words or "").language,
        media=row.media_count,
        is_late=row.is_late,
        due_at=row.due_at if row.state == State.QUEUED and row.answered_by_id else None,
    )


def other_script(words: str) -> str:
    """Inuktitut words in the script they are not written in; empty for other languages."""
    found = detect(words)
    if found.language != "iu":
        return ""
    other = transliterate(words, "Latn" if found.script != "Latn" else "Cans")
    return "" if other == words else other


def words_of(line: Line, contact: Contact, row: Message) -> tuple[str | None, str | None]:
    """A text's words, or None and why they are not there."""
    if row.body_sealed is None:
        return None, "none"
    try:
        return line.vault.open(contact.data_key, f"message.body:{row.id}", row.body_sealed), None
    except ErasedError:
        return None, "erased"
    except MendableError:
        return None, "broken"
