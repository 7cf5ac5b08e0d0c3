"""What the line does by itself as time passes, each duty apart so that none stops another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot import directory, outbox, questions, revisions, training, whatsapp
from bot.gateways import CarrierMessage
from bot.inbound import Inbound, receive
from bot.line import Line
from bot.outbox import carriers, rate
from bot.outbox.blank import blank
from bot.outbox.gate import given, next_change_at, sendable
from bot.outbox.missed import look_again, sweep_inbound
from bot.outbox.unreported import ask_about
from records import audit
from records.models import Heartbeat, Message, Question

DRAIN = 200
BEAT = timedelta(seconds=5)
FORGET_MACHINE = timedelta(days=1)


def send_due(line: Line, now: datetime) -> None:
    """Hands over what may go now, one text after the other, in order."""
    for _ in range(DRAIN):
        claims = outbox.claim_due(line, now)
        if not claims:
            return
        for claim in claims:
            outbox.send_one(line, claim)


def send_due_at(line: Line, now: datetime) -> datetime | None:
    """When the outbox next has something to do: now, when a slot is free, or when a row is due."""
    with line.database.read() as session:
        slot = _slot_at(session, line, now)
        change = next_change_at(session, now)
    return min((at for at in (slot, change) if at), default=None)


def _slot_at(session: Session, line: Line, now: datetime) -> datetime | None:
    config = line.config
    free: list[datetime] = []
    for sender, to_staff, carrier in rate.groups(config):
        due = sendable(to_staff=to_staff, carrier=carrier).with_only_columns(Message.id)
        if session.scalar(due, given(now, 1)) is not None:
            free.append(rate.free_at(session, sender, config.send_rate, now))
    return min(free, default=None)


def look_up(line: Line, now: datetime) -> None:
    """Asks the carrier about texts of which nobody knows whether it has them."""
    outbox.reconcile(line)


def lapse(line: Line, now: datetime) -> None:
    """Takes texts away from senders that died or hang."""
    with line.database.write() as session:
        taken = outbox.lapse(session, now)
    if taken:
        line.wake.now()


def sweep_receipts(line: Line, now: datetime) -> None:
    """Matches status reports that came before we knew their text."""
    with line.database.write() as session:
        outbox.sweep_parked(session, now)


def sweep_texts(line: Line, now: datetime) -> None:
    """Fetches texts that the carrier took and that no webhook brought."""
    for carrier in carriers.known(line):
        sweep_inbound(line, now, _late(line, carrier), carrier)


def look_again_for_texts(line: Line, now: datetime) -> None:
    """Fetches those that the carrier listed too late for that."""
    for carrier in carriers.known(line):
        look_again(line, now, _late(line, carrier), carrier)


def _late(line: Line, carrier: int) -> Callable[[CarrierMessage], None]:
    def late(message: CarrierMessage) -> None:
        channel, number = whatsapp.told_apart(message.from_)
        receive(
            line,
            Inbound(
                sid=message.sid,
                from_=number,
                to=message.to,
                body=message.body,
                at=message.at,
                media_count=message.media_count,
                is_late=True,
                channel=channel,
                carrier=carrier,
            ),
        )

    return late


def ask_about_unreported(line: Line, now: datetime) -> None:
    """Asks what became of texts whose report never came."""
    ask_about(line)


def blank_copies(line: Line, now: datetime) -> None:
    """Empties the carrier's copies of texts that we surely keep."""
    blank(line)


def expire_questions(line: Line, now: datetime) -> None:
    """Closes questions that nobody answered in time."""
    with line.database.write() as session:
        questions.expire(session, now)


def question_due_at(line: Line, now: datetime) -> datetime | None:
    """When the next open question expires."""
    with line.database.read() as session:
        return session.scalar(
            select(Question.expires_at)
            .where(Question.closed_at.is_(None))
            .order_by(Question.expires_at)
            .limit(1)
        )


def link_audit(line: Line, now: datetime) -> None:
    """Links new audit entries to the chain, when this machine holds it."""
    with line.database.write() as session:
        audit.chain(session, now, line.config.machine)


def take_over_texts(line: Line, now: datetime) -> None:
    """Follows what speakers changed in the panel."""
    with line.database.read() as session:
        revisions.freshen(session, line)


def review_directory(line: Line, now: datetime) -> None:
    """Asks a person to check services whose last check is too long ago."""
    with line.database.write() as session:
        directory.review_stale(session, now, line.local(now).date())


def warn_of_training(line: Line, now: datetime) -> None:
    """Tells supervisors whose training ends soon."""
    with line.database.write() as session:
        training.warn(session, now, line.local(now).date())


def beat(line: Line, now: datetime, version: str = "0.1.0") -> None:
    """Says every few seconds that this machine is alive, and forgets machines long gone."""
    machine = line.config.machine
    with line.database.read() as session:
        seen = session.scalar(select(Heartbeat.ticked_at).where(Heartbeat.machine == machine))
    if seen is not None and now - BEAT < seen <= now:
        return
    with line.database.write() as session:
        row = session.get(Heartbeat, machine)
        if row is None:
            session.add(Heartbeat(machine=machine, version=version, ticked_at=now))
        else:
            row.ticked_at, row.version = now, version
        session.execute(delete(Heartbeat).where(Heartbeat.ticked_at < now - FORGET_MACHINE))
