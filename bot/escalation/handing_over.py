"""Hands a turn on call or one urgent item to a colleague, who has it only once they confirm."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from bot.escalation import holding, roster
from bot.escalation.rota import on_call
from bot.escalation.telling import tell
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import Contact, Escalation, Handover, Override
from records.models.rota import SLOTS

ASKED, ACCEPTED, DECLINED, WITHDRAWN = "asked", "accepted", "declined", "withdrawn"
#: Words between workers are not kept for ever.
FORGET_NOTE = timedelta(days=7)


class HandoverError(Exception):
    """Why it cannot be asked; `args[0]` names the panel's text: who, slot, note or holder."""


def ask_turn(
    session: Session,
    line: Line,
    slot: str,
    people: tuple[int, int],
    until: datetime,
    words: str,
    now: datetime,
) -> Handover:
    """Asks the second of `people` (staff ids) to be on call instead of the first.

    Until that one confirms, the first stays on call, also past the end of their own shift.
    Raises HandoverError.
    """
    giver, taker = people
    rota = roster.load(session, line, now)
    holders = on_call(now, rota)
    if slot not in SLOTS or getattr(holders, slot) != giver:
        raise HandoverError("slot")
    if taker == giver or taker not in rota.people:
        raise HandoverError("who")
    if not words and session.scalar(_open_alerts().limit(1)) is not None:
        raise HandoverError("note")
    _replace(session, giver, Handover.slot == slot, now)
    stays = _on_call(session, slot, giver, until, now)
    row = _asked(session, line, people, words, now)
    row.slot, row.until_at, row.override_id = slot, until, stays.id
    _tell_asked(session, line, row, now)
    return row


def ask_item(
    session: Session,
    line: Line,
    alert: Escalation,
    people: tuple[int, int],
    words: str,
    now: datetime,
) -> Handover:
    """Asks a colleague to take over one urgent item. Raises HandoverError."""
    giver, taker = people
    if alert.acknowledged_by != giver:
        raise HandoverError("holder")
    if taker == giver or taker not in roster.load(session, line, now).people:
        raise HandoverError("who")
    if not words:
        raise HandoverError("note")
    _replace(session, giver, Handover.escalation_id == alert.id, now)
    row = _asked(session, line, people, "", now)
    row.escalation_id = alert.id
    contact = session.get_one(Contact, alert.contact_id)
    row.note_sealed = line.vault.seal(contact.data_key, f"handover.note:{row.id}", words)
    _tell_asked(session, line, row, now)
    return row


def _on_call(
    session: Session, slot: str, staff_id: int, until: datetime, now: datetime
) -> Override:
    """This worker is on call from now on, whatever the rota says, as they said themselves."""
    row = Override(
        id=new_id(),
        slot=slot,
        staff_id=staff_id,
        starts_at=now,
        ends_at=until,
        made_by=staff_id,
        made_at=now,
    )
    session.add(row)
    return row


def _open_alerts() -> Select[Escalation]:
    return select(Escalation).where(
        Escalation.state != holding.RESOLVED, Escalation.is_probe.is_(False)
    )


def _asked(
    session: Session, line: Line, people: tuple[int, int], words: str, now: datetime
) -> Handover:
    row = Handover(
        id=new_id(), from_staff_id=people[0], to_staff_id=people[1], state=ASKED, asked_at=now
    )
    if words:
        row.note_sealed = line.vault.seal(SYSTEM, f"handover.note:{row.id}", words)
    session.add(row)
    return row


def _replace(session: Session, giver: int, same: ColumnElement[bool], now: datetime) -> None:
    """A newer request takes the place of one that nobody has answered."""
    asked = (Handover.state == ASKED, Handover.from_staff_id == giver, same)
    for row in session.scalars(select(Handover).where(*asked).with_for_update()).all():
        _settle(session, row, WITHDRAWN, now)
        _end_override(session, row, now)


def _tell_asked(session: Session, line: Line, row: Handover, now: datetime) -> None:
    session.flush()
    _note(session, row, "handover_asked", row.from_staff_id, now)
    tell(session, line, row.to_staff_id, "page.handover_asked", now)


def find(session: Session, handover_id: int) -> Handover | None:
    """A hand-over that waits for an answer, locked: of two answers at once one finds nothing."""
    row = session.get(Handover, handover_id)
    if row is None or row.state != ASKED:
        return None
    _lock(session, row)
    return row if row.state == ASKED else None


def _lock(session: Session, row: Handover) -> list[Escalation]:
    """The hand-over, locked and read anew until the transaction ends, with the items it is about.

    The clients' rows come first, as everywhere: two must never wait crosswise.
    """
    alerts = [holding.held(session, alert_id) for alert_id in _items_of(session, row)]
    session.refresh(row, with_for_update=True)
    return alerts


def accept(session: Session, line: Line, row: Handover, now: datetime) -> bool:
    """The colleague confirms: they are on call and have what the first one had.

    False when it was taken back or answered in this instant, or when there is nothing left of it.
    """
    alerts = _lock(session, row)
    if row.state != ASKED or _has_gone(session, line, row, alerts, now):
        return False
    if row.slot is not None and row.until_at is not None and row.until_at > now:
        _end_override(session, row, now)
        _on_call(session, row.slot, row.to_staff_id, row.until_at, now)
    for alert in alerts:
        if alert.acknowledged_by == row.from_staff_id:
            holding.hand_on(session, line, alert, row.to_staff_id, now)
        elif row.escalation_id is not None and alert.state == holding.OPEN:
            # The giver's minutes ran out meanwhile: who confirms has it all the same.
            holding.take(session, line, alert, row.to_staff_id, "panel", now)
    _settle(session, row, ACCEPTED, now)
    _note(session, row, "handover_accepted", row.to_staff_id, now)
    tell(session, line, row.from_staff_id, "page.handover_accepted", now)
    return True


def _has_gone(
    session: Session, line: Line, row: Handover, alerts: list[Escalation], now: datetime
) -> bool:
    """A third one has the item by now, who is named, or it is closed: "yours" would be untrue."""
    people = (row.from_staff_id, row.to_staff_id)
    gone = [a for a in alerts if a.state != holding.OPEN and a.acknowledged_by not in people]
    if row.escalation_id is None or not gone:
        return False
    _settle(session, row, WITHDRAWN, now)
    _note(session, row, "handover_withdrawn", row.to_staff_id, now)
    if gone[0].state == holding.ACKNOWLEDGED:
        holding.tell_taken(session, line, gone[0], row.to_staff_id, now)
    return True


def _items_of(session: Session, row: Handover) -> list[int]:
    if row.escalation_id is not None:
        return [row.escalation_id]
    chosen = _open_alerts().where(Escalation.acknowledged_by == row.from_staff_id)
    # By client, as everywhere, so that two who lock several never wait crosswise: who texted first
    # need not be who has the first item.
    return [alert.id for alert in session.scalars(chosen.order_by(Escalation.contact_id))]


def decline(session: Session, line: Line, row: Handover, now: datetime) -> bool:
    """The colleague cannot: the first one stays on call, and is told at once.

    False when it was taken back or answered in this instant.
    """
    _lock(session, row)
    if row.state != ASKED:
        return False
    _settle(session, row, DECLINED, now)
    _note(session, row, "handover_declined", row.to_staff_id, now)
    tell(session, line, row.from_staff_id, "page.handover_declined", now)
    return True


def withdraw(session: Session, row: Handover, now: datetime) -> bool:
    """The first one takes it back: the rota holds as it stands.

    False when the colleague answered in this instant: what they said holds.
    """
    _lock(session, row)
    if row.state != ASKED:
        return False
    _settle(session, row, WITHDRAWN, now)
    _end_override(session, row, now)
    _note(session, row, "handover_withdrawn", row.from_staff_id, now)
    return True


def _settle(session: Session, row: Handover, state: str, now: datetime) -> None:
    row.state, row.settled_at = state, now
    old = select(Handover).where(
        Handover.settled_at < now - FORGET_NOTE, Handover.note_sealed.is_not(None)
    )
    for one in session.scalars(old):
        one.note_sealed = None


def _end_override(session: Session, row: Handover, now: datetime) -> None:
    override = session.get(Override, row.override_id) if row.override_id else None
    if override is not None and override.withdrawn_at is None:
        override.withdrawn_at = now


def _note(session: Session, row: Handover, act: str, staff_id: int, now: datetime) -> None:
    detail, subject = row.slot or f"escalation:{row.escalation_id}", f"handover:{row.id}"
    note(session, now, f"staff:{staff_id}", act, subject=subject, detail=detail)
