"""Who is chatting: a visit begins with the first text, ends by itself, and a phrase reopens it."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.language.fold import squash
from bot.line import Line
from bot.outbox.gate import unfinished
from bot.outbox.notices import settle
from bot.outbox.writing import CHAT
from bot.throttle import count_try, succeeded
from bot.triage import Level, triage
from records.ids import new_token
from records.models import Address, ChatVisit, Escalation, Message
from records.models.messages import State

IDLE = timedelta(minutes=15)
#: A person cannot write more; a machine that floods can.
MOST_A_MINUTE = 12
#: Somebody in danger may write in bits and pieces: what is urgent is still taken then.
MOST_URGENT_A_MINUTE = 60
MOST_NEW_A_MINUTE = 60
FREE_STARTS, FREE_PHRASES = 20, 5
#: First words that are urgent begin a chat over these bounds too, so many more: who floods with
#: such words could page as many times without this, so it adds little to what they can do.
MORE_URGENT_NEW_A_MINUTE, FREE_URGENT_STARTS = 20, 5
SHORTEST_PHRASE, LONGEST_PHRASE = 8, 60
_LETTERS = "abcdefghijkmnopqrstuvwxyz"


def new_identifier() -> str:
    """A random name for a client who has no number; it holds no digit that looks like one."""
    return "web:" + "".join(secrets.choice(_LETTERS) for _ in range(20))


def current(session: Session, line: Line, token: str, now: datetime) -> ChatVisit | None:
    """The visit of this cookie while it lasts."""
    row = session.scalar(
        select(ChatVisit).where(ChatVisit.token_hash == line.vault.index("visit.token", token))
    )
    if row is None or row.ended_at is not None or now - row.seen_at >= IDLE:
        return None
    return row


def begin(session: Session, line: Line, now: datetime) -> tuple[ChatVisit, str]:
    """A new visit and the token for its cookie."""
    token = new_token()
    row = ChatVisit(token_hash=line.vault.index("visit.token", token), started_at=now, seen_at=now)
    session.add(row)
    session.flush()
    return row, token


def wait_to_begin(session: Session, line: Line, from_: str, words: str, now: datetime) -> int:
    """Seconds until a new chat with these words may begin from this address; 0 for now."""
    since = now - timedelta(minutes=1)
    begun = (
        session.scalar(
            select(func.count()).select_from(ChatVisit).where(ChatVisit.started_at > since)
        )
        or 0
    )
    wait = 60
    if begun < MOST_NEW_A_MINUTE:
        wait = count_try(session, {_from(line, "visit.start", from_): FREE_STARTS}, now)
    if wait and begun < MOST_NEW_A_MINUTE + MORE_URGENT_NEW_A_MINUTE and _is_urgent(words):
        return count_try(session, {_from(line, "visit.urgent", from_): FREE_URGENT_STARTS}, now)
    return wait


def _is_urgent(words: str) -> bool:
    return triage(words).level is not Level.ROUTINE


def writes_too_fast(session: Session, row: ChatVisit, words: str, now: datetime) -> bool:
    """Has this visit sent more in a minute than a person can?"""
    recent = session.scalar(
        select(func.count())
        .select_from(Message)
        .where(
            Message.address_id == row.address_id,
            Message.direction == "inbound",
            Message.created_at > now - timedelta(minutes=1),
        )
    )
    if row.address_id is None or (recent or 0) < MOST_A_MINUTE:
        return False
    return (recent or 0) >= MOST_URGENT_A_MINUTE or not _is_urgent(words)


def keep_phrase(session: Session, line: Line, row: ChatVisit, words: str) -> str | None:
    """The phrase that reopens this conversation: the client's words and three digits of ours.

    The digits keep two people's phrases apart without telling either that the other exists.
    None when the words are too short or too long.
    """
    plain = squash(words)
    if row.address_id is None or not SHORTEST_PHRASE <= len(plain) <= LONGEST_PHRASE:
        return None
    for _ in range(50):
        phrase = f"{' '.join(words.split())} {secrets.randbelow(900) + 100}"
        index = _phrase(line, phrase)
        if session.scalar(select(ChatVisit.id).where(ChatVisit.phrase_index == index)) is None:
            row.phrase_index = index
            return phrase
    return None


def go_on(
    session: Session, line: Line, phrase: str, from_: str, now: datetime
) -> tuple[ChatVisit, str] | int | None:
    """A new visit to the conversation of a phrase; None if no such; seconds to wait before trying.

    What was said before is not shown again: whoever learns the phrase reads nothing old.
    """
    counted = {_from(line, "visit.phrase", from_): FREE_PHRASES}
    wait = count_try(session, counted, now)
    if wait:
        return wait
    index = _phrase(line, phrase)
    old = session.scalar(select(ChatVisit).where(ChatVisit.phrase_index == index).with_for_update())
    if old is None or old.address_id is None:
        return None
    succeeded(session, counted)
    old.phrase_index = None
    old.ended_at = old.ended_at or now
    session.flush()
    row, token = begin(session, line, now)
    row.address_id, row.phrase_index = old.address_id, index
    return row, token


def end(session: Session, row: ChatVisit, now: datetime) -> None:
    """The client left, or fell silent; with an open alert a person must know that."""
    row.ended_at = now
    if row.address_id is None:
        return
    contact_id = session.get_one(Address, row.address_id).contact_id
    alert = session.scalar(
        select(Escalation.id).where(
            Escalation.contact_id == contact_id, Escalation.state != "resolved"
        )
    )
    if alert is not None:
        add_item(session, now, "chat_left", "urgent", contact_id, None, f"chat_left:{contact_id}")


def leave(session: Session, row: ChatVisit, now: datetime) -> None:
    """The client left: no other visit of theirs, begun by a press twice, stays open either."""
    end(session, row, now)
    if row.address_id is None:
        return  # nobody's yet: so may others' be
    others = update(ChatVisit).where(
        ChatVisit.address_id == row.address_id, ChatVisit.ended_at.is_(None)
    )
    session.execute(others.values(ended_at=now))


def has_left(session: Session, address: Address) -> bool:
    """Is this a page that nobody reads, and that no phrase opens again?"""
    if address.channel != CHAT:
        return False
    goes_on = or_(ChatVisit.ended_at.is_(None), ChatVisit.phrase_index.is_not(None))
    found = select(ChatVisit.id).where(ChatVisit.address_id == address.id, goes_on)
    return session.scalar(found.limit(1)) is None


def sweep(line: Line, now: datetime) -> None:
    """Puts what was written for later on the page, ends what fell silent, drops what is stale."""
    with line.database.read() as session:
        later = session.scalars(_later(now).with_only_columns(Message.id)).all()
        idle = session.scalars(_idle(now).with_only_columns(ChatVisit.id)).all()
        stale = session.scalars(_stale(now).with_only_columns(Message.id)).all()
    if not (later or idle or stale):
        return
    with line.database.write() as session:
        for message in session.scalars(_later(now).with_for_update(skip_locked=True)).all():
            message.state, message.sent_at = State.SENT, now
        for row in session.scalars(_idle(now).with_for_update(skip_locked=True)).all():
            end(session, row, now)
        for message in session.scalars(_stale(now).with_for_update(skip_locked=True)).all():
            theirs = message.answered_by_id is not None
            settle(session, message, State.EXPIRED, "not_seen", now, show=theirs)


def _later(now: datetime) -> Select[Message]:
    due = (Message.state == State.QUEUED, Message.due_at <= now)
    return select(Message).where(Message.channel == CHAT, unfinished(), *due).limit(200)


def _idle(now: datetime) -> Select[ChatVisit]:
    return (
        select(ChatVisit)
        .where(ChatVisit.ended_at.is_(None), ChatVisit.seen_at <= now - IDLE)
        .limit(200)
    )


def _stale(now: datetime) -> Select[Message]:
    return (
        select(Message)
        .where(
            Message.channel == CHAT,
            Message.direction == "outbound",
            Message.state == State.SENT,
            Message.expires_at <= now,
        )
        .limit(200)
    )


def _phrase(line: Line, phrase: str) -> str:
    return line.vault.index("visit.phrase", squash(phrase))


def _from(line: Line, what: str, address: str) -> str:
    """A keyed hash of where somebody writes from; of IPv6 the half that names the household."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return line.vault.index(what, address)
    width = 32 if parsed.version == 4 else 64
    return line.vault.index(what, str(ipaddress.ip_network(f"{parsed}/{width}", strict=False)))
