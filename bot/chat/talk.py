"""What stands on the chat page: the words of this visit, and what waited for the client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from bot.inbound import Inbound, receive
from bot.language.detect import detect
from bot.language.unbroken import pieces
from bot.line import Line
from bot.outbox.judge import may_go, words_of
from bot.outbox.writing import CHAT
from bot.people import identifier_of
from records.errors import MendableError
from records.models import Address, ChatVisit, Contact, Message
from records.models.messages import State

MOST = 200


@dataclass(frozen=True)
class Said:
    """One text on the page; `language` is en, iu or fr, for the browser's voice and font."""

    id: int
    is_theirs: bool
    words: str
    language: str

    def pieces(self) -> list[tuple[bool, str]]:
        """The words in order; True for a phone number or a date, which no line may break."""
        return pieces(self.words)


def hear(line: Line, identifier: str, words: str, nonce: str, language: str) -> None:
    """Takes one text in, exactly as one by SMS. The same words with the same `nonce` are one text.

    Other words from the same form are another text: on a slow line somebody writes on and sends
    again before the first answer is there.
    `language` is the page's: that of the answers, until the client's own words show another.
    """
    receive(
        line,
        Inbound(
            sid=_sid(line, words, nonce),
            from_=identifier,
            to="web",
            body=words,
            at=line.now(),
            channel=CHAT,
            language=language,
        ),
    )


def kept(session: Session, line: Line, words: str, nonce: str) -> tuple[int, datetime] | None:
    """The address row from which that text was taken in, and when; None once its client left.

    A browser may offer to send a form again: that must not open what was left.
    """
    left = exists().where(
        ChatVisit.address_id == Message.address_id, ChatVisit.ended_at.is_not(None)
    )
    row = session.execute(
        select(Address.id, Message.created_at)
        .join(Message, Message.address_id == Address.id)
        .where(Message.carrier_sid == _sid(line, words, nonce), ~left)
    ).one_or_none()
    return (row[0], row[1]) if row is not None else None


def _sid(line: Line, words: str, nonce: str) -> str:
    return f"web-{line.vault.index('visit.text', f'{nonce} {words}')[:36]}"


def identifier(session: Session, line: Line, row: ChatVisit) -> str:
    """The name under which this visit's client writes. Raises ErasedError."""
    address = session.get_one(Address, row.address_id)
    return identifier_of(line, session.get_one(Contact, address.contact_id), address)


def shown(line: Line, visit_id: int) -> list[Said]:
    """The texts of a visit, oldest first; what is new is judged as before sending, then delivered.

    Texts of earlier visits are not among them, but answers that waited for the client are.
    """
    now = line.now()
    with line.database.read() as session:
        row = session.get_one(ChatVisit, visit_id)
        has_new = session.scalar(_new(row, now).with_only_columns(Message.id).limit(1))
    if has_new is not None:
        _deliver(line, visit_id, now)
    with line.database.read() as session:
        row = session.get_one(ChatVisit, visit_id)
        if row.address_id is None:
            return []
        address = session.get_one(Address, row.address_id)
        contact = session.get_one(Contact, address.contact_id)
        messages = session.scalars(_of(row).order_by(Message.seq.desc()).limit(MOST)).all()
        return [_said(line, contact, message) for message in reversed(messages)]


def _deliver(line: Line, visit_id: int, now: datetime) -> None:
    with line.database.write() as session:
        row = session.get_one(ChatVisit, visit_id)
        for message in session.scalars(_new(row, now).with_for_update()).all():
            if may_go(session, line, message, now):
                message.state, message.final_at = State.DELIVERED, now
                row.seen_at = now


def _new(row: ChatVisit, now: datetime) -> Select[Message]:
    return (
        select(Message)
        .where(
            Message.address_id == row.address_id,
            Message.channel == CHAT,
            Message.state == State.SENT,
            Message.due_at <= now,
        )
        .order_by(Message.seq)
    )


def _of(row: ChatVisit) -> Select[Message]:
    theirs = and_(Message.direction == "inbound", Message.created_at >= row.started_at)
    ours = and_(Message.state == State.DELIVERED, Message.final_at >= row.started_at)
    return select(Message).where(Message.address_id == row.address_id, or_(theirs, ours))


def _said(line: Line, contact: Contact, message: Message) -> Said:
    try:
        words = words_of(line, contact.data_key, message) or ""
    except MendableError:
        words = ""
    language = detect(words).language
    known = language if language in ("iu", "fr") else "en"
    return Said(message.id, message.direction == "inbound", words, known)
