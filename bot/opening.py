"""Opens a text: what was said, how urgent it sounds, and whether it was said just before."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.orm import Session

from bot import abuse, own_words, people, watched
from bot.case import Case, Received
from bot.line import Line
from bot.outbox.blank import MASKED
from bot.pictures import noting as pictures
from bot.reports import turns
from bot.triage import Level, Tier, Verdict, triage
from records import rows
from records.ids import new_id
from records.models import Escalation, Message, Question

log = structlog.get_logger()

SAME_TEXT = timedelta(seconds=4)
#: What is found so long after it was sent answers nothing that was asked since.
STALE = timedelta(minutes=10)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{120,}={0,2}\s*")


@dataclass(frozen=True)
class Inbound:
    """One text as the carrier handed it over. `at` is when it was sent, aware UTC.

    `is_late`: found in the carrier's list by the sweeper, not delivered by webhook. `carrier`
    is the one it came by, 1 or 2. `language`: what the page it was written on is read in.
    """

    sid: str
    from_: str
    to: str
    body: str
    at: datetime
    media_count: int = 0
    is_late: bool = False
    channel: str = "sms"
    carrier: int = 1
    language: str = "en"

    def is_stale(self, now: datetime) -> bool:
        """Found so late that it is no answer and no order any more."""
        return self.is_late and now - self.at > STALE


def case_of(
    session: Session,
    line: Line,
    text: Inbound,
    person: people.Person,
    waiting: Question | None,
    earlier: list[str],
    now: datetime,
    alert_id: int | None = None,
) -> Case:
    """The text's row is written, its sender's rows follow it; what it is about is yet undecided.

    `earlier` is what they texted before it, as triage reads it together with this; `alert_id`
    their open alert. While that is open a text is for whoever helps: no piece of a report, and,
    where the phone knows of it, no answer to a question for a word.
    """
    words, contact, address = plain_words(text.body), person.contact, person.address
    asked = None if alert_id and not session.get_one(Escalation, alert_id).is_silent else waiting
    said = own_words.read(line, contact, words, asked)
    verdict = _judged(said.rest, earlier)
    if own_words.DURESS in said.kinds:
        verdict = own_words.as_duress(verdict)
    if alert_id is None and not said.kinds and turns.is_part(waiting, words):
        # A report's words stand in no thread, not even for the minute until it is filed.
        said, verdict = replace(said, stored=own_words.MASK), turns.QUIET
    is_repeat = _is_repeat(line, person, words, waiting, now)
    message = _row(session, line, text, person, said.stored, verdict, now)
    pictures.arrived(session, line.config, contact.id, message.id, message.media_count, now)
    own_words.doubt(contact, address, now)
    own_words.forget_topics(person, now)
    abuse.count(contact, now)
    address.proven_at, contact.last_inbound_at = address.proven_at or now, now
    case = Case(session, line, person, message, said.rest, now, verdict, waiting, is_repeat)
    case.own, case.earlier, case.alert_id = said.kinds, tuple(earlier), alert_id
    case.eyes = watched.eyes(said.rest)
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
    message = Received(
        new_id(), min(text.media_count, 99), text.is_late, is_stale=text.is_stale(now),
        sent_at=text.at if text.is_late else None,
    )  # fmt: skip
    rows.keep(
        session, Message, id=message.id, contact_id=contact.id, address_id=person.address.id,
        seq=contact.next_seq, direction="inbound", purpose="inbound", state="received",
        created_at=now, final_at=now, channel=text.channel, carrier=text.carrier,
        carrier_sid=text.sid, media_count=message.media_count, is_late=message.is_late,
        body_sealed=line.vault.seal(contact.data_key, f"message.body:{message.id}", words),
        # The carrier's copy still holds the word: it is emptied with the next sweep.
        reason=MASKED if own_words.MASK in words else None,
        **_judgement(verdict),
    )  # fmt: skip
    contact.next_seq += 1
    return message


def _judgement(verdict: Verdict) -> dict[str, Any]:
    """What is kept of triage's verdict, by column."""
    kept: dict[str, Any] = {"level": verdict.level.value, "kind": verdict.kind}
    # An empty list would be stored as JSON: a text without signals has none at all.
    return {**kept, "signals": [s.as_dict() for s in verdict.signals]} if verdict.signals else kept


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
    """The text itself: Twilio sometimes wraps a long one in base64.

    Unwrapped it is whatever a phone can write, the newest emoji and hard spaces too. Signs of
    control are in no text of a person: what would come out with them stays as it is.
    """
    if not _BASE64.fullmatch(body):
        return body
    try:
        decoded = base64.b64decode(body, validate=False).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return body
    strange = {c for c in decoded if unicodedata.category(c) == "Cc"} - set("\n\r\t")
    return body if strange else decoded
