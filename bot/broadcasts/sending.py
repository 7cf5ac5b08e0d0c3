"""Hands a broadcast to the outbox, a few people at a time, each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import outbox, people, safe
from bot.broadcasts.weighing import CONSENT, UNDO, audience
from bot.case import add_item, locale_of
from bot.checkins import gate
from bot.due import AWAY, apart, next_of
from bot.language.transliterate import transliterate
from bot.line import Line
from records.audit import note
from records.errors import KeyMissingError
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Broadcast, BroadcastText, Contact
from records.models.messages import Lane

log = structlog.get_logger()

#: At one tick: few enough to keep no other duty waiting.
BATCH = 25
PURPOSE = "broadcast"
OPEN = ("waiting", "running")
FAILED = "broadcast_failed"
#: Why somebody was left out: no sealing key among the settings opens their key.
KEY_MISSING = "key_missing"
#: What a broadcast says, by the name of its column without "_sealed".
Words = dict[str, str]


def begin(
    session: Session,
    line: Line,
    *,
    token: str,
    occurrence_id: int | None,
    body: str,
    inuktitut: str | None,
    expected: int,
    useful_until: datetime,
    staff_id: int,
    now: datetime,
    topic: str = "",
    french: str | None = None,
) -> Broadcast:
    """A broadcast that begins in a minute. Raises IntegrityError for a form sent twice."""
    row_id = new_id()
    row = Broadcast(
        id=row_id, token=token, occurrence_id=occurrence_id, topic=topic,
        state="waiting", expected=expected,
        body_sealed=line.vault.seal(SYSTEM, f"broadcast.body:{row_id}", body),
        created_by=staff_id, created_at=now, go_at=now + UNDO, useful_until_at=useful_until,
    )  # fmt: skip
    if inuktitut:
        row.inuktitut_sealed = line.vault.seal(SYSTEM, f"broadcast.inuktitut:{row_id}", inuktitut)
    if french:
        row.french_sealed = line.vault.seal(SYSTEM, f"broadcast.french:{row_id}", french)
    session.add(row)
    session.flush()
    note(session, now, f"staff:{staff_id}", "broadcast", subject=f"broadcast:{row_id}")
    return row


def undo(session: Session, broadcast_id: int, staff_id: int, now: datetime) -> bool:
    """Takes it back before anything left; False when it has begun."""
    done = session.execute(
        update(Broadcast)
        .where(Broadcast.id == broadcast_id, Broadcast.state == "waiting", Broadcast.go_at > now)
        .values(state="undone", ended_at=now)
        .returning(Broadcast.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        subject = f"broadcast:{broadcast_id}"
        note(session, now, f"staff:{staff_id}", "broadcast_undone", subject=subject)
    return done is not None


def run(line: Line, now: datetime) -> None:
    """Goes on with every broadcast whose minute is over; one that fails holds up no other."""
    with line.database.read() as session:
        due = session.scalars(
            select(Broadcast.id)
            .where(
                Broadcast.state.in_(OPEN),
                Broadcast.go_at <= now,
                Broadcast.id.not_in(line.resting.at(now, FAILED)),
            )
            .order_by(Broadcast.go_at, Broadcast.id)
        ).all()
    for broadcast_id in due:
        with apart(line, broadcast_id, now, FAILED), line.database.write() as session:
            _some(session, line, broadcast_id, now)
    if due:
        line.wake.now(is_urgent=False)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a broadcast next has something to do."""
    with line.database.read() as session:
        is_open = Broadcast.state.in_(OPEN)
        return next_of(session, line, now, FAILED, Broadcast.id, Broadcast.go_at, is_open)


def _some(session: Session, line: Line, broadcast_id: int, now: datetime) -> None:
    row = session.scalars(
        select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    ).one()
    if row.state not in OPEN or row.go_at > now:
        return
    row.state = "running"
    ids = session.scalars(
        audience(row.occurrence_id, row.topic)
        .where(Contact.id > row.cursor)
        .order_by(Contact.id)
        .limit(BATCH)
    ).all()
    if not ids or now >= row.useful_until_at:
        if ids:  # too late for the rest, as after an outage: none of it leaves, and that is shown
            row.dropped = max(row.expected - row.queued, row.dropped)
        row.state, row.ended_at = "done", now
        return
    _to_each(session, line, row, ids, now)


def _to_each(
    session: Session, line: Line, row: Broadcast, ids: Sequence[int], now: datetime
) -> None:
    words = all_words(line, row)
    for contact_id in ids:
        try:
            with session.begin_nested():
                _one(session, line, row, words, people.locked(session, contact_id), now)
        except AWAY:
            raise
        except Exception as error:  # as a key that nothing among the settings opens
            log.error("broadcast_text_failed", kind=type(error).__name__)
            _leave_out(session, row, contact_id, error, now)
        row.cursor = contact_id


def _leave_out(
    session: Session, row: Broadcast, contact_id: int, error: Exception, now: datetime
) -> None:
    """What failed for one contact is a row like any other that did not go, and a person sees it:
    nobody waits for a key that may never come, and news does not keep."""
    reason = KEY_MISSING if isinstance(error, KeyMissingError) else "failed"
    session.add(BroadcastText(broadcast_id=row.id, contact_id=contact_id, reason=reason))
    row.dropped += 1
    if row.occurrence_id is not None:
        key, about = f"not_told:{contact_id}", f"occurrence:{row.occurrence_id}"
        add_item(session, now, "not_told", "urgent", contact_id, None, key, about)
    else:
        key = f"left_out:{contact_id}"
        add_item(session, now, "not_delivered", "routine", contact_id, None, key, reason)
    session.flush()


def _one(
    session: Session, line: Line, row: Broadcast, words: Words, contact: Contact, now: datetime
) -> None:
    address = gate.address_of(session, contact.id)
    consent = _consent(session, row, contact)
    reason = gate.refusal(session, line, contact, address, consent)
    verdict = gate.when(session, line, contact, PURPOSE, now)
    if reason is None and (verdict.at is None or verdict.at >= row.useful_until_at):
        reason = verdict.reason or "late"
    text = BroadcastText(broadcast_id=row.id, contact_id=contact.id, reason=reason)
    if reason is None and address is not None:
        body, language = words_of(words, contact)
        sent = outbox.enqueue(
            session, line, contact=contact, address_id=address.id, body=body, purpose=PURPOSE,
            lane=Lane.BULK, now=now, due_at=verdict.at, expires_at=row.useful_until_at,
            language=language,
        )  # fmt: skip
        text.message_id = sent.id
        row.queued += 1
    else:
        row.dropped += 1
    session.add(text)
    session.flush()


def _consent(session: Session, row: Broadcast, contact: Contact) -> str | None:
    """What they must have said yes to: nothing for news of a date that they have a place at."""
    if row.topic and safe.says_yes(session, contact.id, row.topic):
        return row.topic
    return None if row.occurrence_id is not None else CONSENT


def all_words(line: Line, row: Broadcast) -> Words:
    """What it says in each language it was written in. Raises MendableError: then it waits."""
    written = {"body": row.body_sealed, "inuktitut": row.inuktitut_sealed}
    written["french"] = row.french_sealed
    return {
        name: line.vault.open(SYSTEM, f"broadcast.{name}:{row.id}", sealed)
        for name, sealed in written.items()
        if sealed is not None
    }


def words_of(words: Words, contact: Contact) -> tuple[str, str]:
    """The words and locale this contact reads; English where theirs were not written."""
    if "inuktitut" in words and contact.language == "iu":
        own = transliterate(words["inuktitut"], "Cans" if contact.script == "Cans" else "Latn")
        return own, locale_of(contact)
    if "french" in words and contact.language == "fr":
        return words["french"], "fr"
    return words["body"], "en"
