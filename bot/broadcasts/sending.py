"""Hands a broadcast to the outbox, a few people at a time, each of them once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot import outbox, people, safe
from bot.broadcasts.weighing import CONSENT, UNDO, audience
from bot.case import locale_of
from bot.checkins import gate
from bot.language.transliterate import transliterate
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Broadcast, BroadcastText, Contact
from records.models.messages import Lane

#: At one tick: few enough to keep no other duty waiting.
BATCH = 25
PURPOSE = "broadcast"
OPEN = ("waiting", "running")


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
    """Goes on with every broadcast whose minute is over."""
    with line.database.read() as session:
        due = session.scalars(
            select(Broadcast.id)
            .where(Broadcast.state.in_(OPEN), Broadcast.go_at <= now)
            .order_by(Broadcast.go_at, Broadcast.id)
        ).all()
    for broadcast_id in due:
        with line.database.write() as session:
            _some(session, line, broadcast_id, now)
    if due:
        line.wake.now(is_urgent=False)


def next_at(line: Line, now: datetime) -> datetime | None:
    """When a broadcast next has something to do."""
    with line.database.read() as session:
        return session.scalar(select(func.min(Broadcast.go_at)).where(Broadcast.state.in_(OPEN)))


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
    for contact_id in ids:
        _one(session, line, row, people.locked(session, contact_id), now)
        row.cursor = contact_id


def _one(session: Session, line: Line, row: Broadcast, contact: Contact, now: datetime) -> None:
    address = gate.address_of(session, contact.id)
    consent = _consent(session, row, contact)
    reason = gate.refusal(session, line, contact, address, consent)
    verdict = gate.when(session, line, contact, PURPOSE, now)
    if reason is None and (verdict.at is None or verdict.at >= row.useful_until_at):
        reason = verdict.reason or "late"
    text = BroadcastText(broadcast_id=row.id, contact_id=contact.id, reason=reason)
    if reason is None and address is not None:
        body, language = words_of(line, row, contact)
        sent = outbox.enqueue(
            session,
            line,
            contact=contact,
            address_id=address.id,
            body=body,
            purpose=PURPOSE,
            lane=Lane.BULK,
            now=now,
            due_at=verdict.at,
            expires_at=row.useful_until_at,
            language=language,
        )
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


def words_of(line: Line, row: Broadcast, contact: Contact) -> tuple[str, str]:
    """The words and locale this contact reads; English where theirs were not written."""
    if row.inuktitut_sealed is not None and contact.language == "iu":
        words = line.vault.open(SYSTEM, f"broadcast.inuktitut:{row.id}", row.inuktitut_sealed)
        return transliterate(words, "Cans" if contact.script == "Cans" else "Latn"), locale_of(
            contact
        )
    if row.french_sealed is not None and contact.language == "fr":
        return line.vault.open(SYSTEM, f"broadcast.french:{row.id}", row.french_sealed), "fr"
    return line.vault.open(SYSTEM, f"broadcast.body:{row.id}", row.body_sealed), "en"
