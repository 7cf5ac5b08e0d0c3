"""The data for an evaluator from outside: no name, no number, no words, and ids of their own."""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.calendar.rule import instant
from bot.line import Line
from bot.outcomes.suppress import month_after
from records.models import (
    Appointment,
    CheckIn,
    Consent,
    Contact,
    Event,
    ExportRequest,
    Message,
    Milestone,
    Occurrence,
    Referral,
    StageChange,
)

#: Why a value is not there; the codebook says so too.
MISSING, NOT_ASKED = "-9", "-8"
PURPOSE = "evaluation"
Sheet = list[tuple[str, ...]]
COLUMNS = {
    "people": ("id", "first_month", "language", "consent_evaluation", "texts_in", "texts_out"),
    "sessions": ("id", "month", "kind", "how_booked", "replied", "attended"),
    "check_ins": ("id", "month", "answer", "reply_hours"),
    "stages": ("id", "goal", "month", "before", "stage", "level", "why", "source"),
    "referrals": ("id", "month", "area", "state"),
    "milestones": ("id", "month", "kind", "source"),
    "excluded": ("reason", "people"),
}


def rows(session: Session, line: Line, request: ExportRequest, key: bytes) -> dict[str, Sheet]:
    """Every sheet by name. Only people whose last word on evaluation is yes; the others are
    counted on the sheet `excluded`, and nothing of them is anywhere.

    `key` makes the ids: 256 bits that stay with the program, so that the same person has the
    same id in every export of it and nobody outside can make one.
    """
    starts, ends = _span(line, request)
    yes, no = _consents(session)
    people = {
        contact.id: contact
        for contact in session.scalars(select(Contact).where(Contact.erased_at.is_(None)))
    }
    ids = {n: pseudonym(key, n) for n in people if n in yes}
    outcome = {
        "people": _people(session, people, ids, starts, ends),
        "sessions": _sessions(session, ids, starts, ends),
        "check_ins": _check_ins(session, ids, starts, ends),
        "stages": _stages(session, ids, starts, ends),
        "referrals": _referrals(session, ids, starts, ends),
        "milestones": _milestones(session, ids, request),
    }
    excluded: Sheet = [
        ("said_no", str(len(no & people.keys()))),
        ("never_asked", _never(people, yes, no)),
    ]
    return {name: sorted(found) for name, found in outcome.items()} | {"excluded": excluded}


def pseudonym(key: bytes, contact_id: int) -> str:
    """An id that says nothing: 48 bits of a keyed hash."""
    return hmac.new(key, str(contact_id).encode(), hashlib.sha256).hexdigest()[:12]


def month(at: date) -> str:
    """Only the month of a date (an instant is one too) leaves the program."""
    return f"{at:%Y-%m}"


def _span(line: Line, request: ExportRequest) -> tuple[datetime, datetime]:
    until = month_after(request.until_on)
    return (
        instant(datetime.combine(request.from_on, time()), line.config.zone),
        instant(datetime.combine(until, time()), line.config.zone),
    )


def _consents(session: Session) -> tuple[set[int], set[int]]:
    yes, no = set[int](), set[int]()
    found = session.execute(
        select(Consent.contact_id, Consent.given)
        .where(Consent.purpose == PURPOSE)
        .order_by(Consent.id)
    )
    for contact_id, given in found:
        (yes if given else no).add(contact_id)
        (no if given else yes).discard(contact_id)
    return yes, no


def _never(people: Iterable[int], yes: set[int], no: set[int]) -> str:
    return str(sum(n not in yes and n not in no for n in people))


def _people(
    session: Session,
    people: dict[int, Contact],
    ids: dict[int, str],
    starts: datetime,
    ends: datetime,
) -> Sheet:
    texts: dict[tuple[int | None, str], int] = {}
    for contact_id, direction in session.execute(
        select(Message.contact_id, Message.direction).where(
            Message.created_at >= starts, Message.created_at < ends
        )
    ):
        texts[contact_id, direction] = texts.get((contact_id, direction), 0) + 1
    found: Sheet = []
    for contact_id, name in ids.items():
        one = people[contact_id]
        language = f"{one.language}_{one.script}" if one.language == "iu" else one.language
        counts = (str(texts.get((contact_id, way), 0)) for way in ("inbound", "outbound"))
        found.append((name, month(one.created_at), language, "1", *counts))
    return found


def _sessions(session: Session, ids: dict[int, str], starts: datetime, ends: datetime) -> Sheet:
    found = session.execute(
        select(Appointment, Occurrence.starts_at, Event.kind)
        .join(Occurrence, Occurrence.id == Appointment.occurrence_id)
        .join(Event, Event.id == Occurrence.event_id)
        .where(Occurrence.starts_at >= starts, Occurrence.starts_at < ends)
    )
    return [
        (
            ids[row.contact_id], month(at), kind, row.how, row.rsvp or "none",
            MISSING if row.attended is None else str(int(row.attended)),
        )
        for row, at, kind in found
        if row.contact_id in ids
    ]  # fmt: skip


def _check_ins(session: Session, ids: dict[int, str], starts: datetime, ends: datetime) -> Sheet:
    found = session.scalars(
        select(CheckIn).where(
            CheckIn.at >= starts, CheckIn.at < ends, CheckIn.message_id.is_not(None)
        )
    )
    return [
        (ids[row.contact_id], month(row.at), row.answer or MISSING, _hours(row))
        for row in found
        if row.contact_id in ids
    ]


def _hours(row: CheckIn) -> str:
    if row.answered_at is None:
        return MISSING
    return str(round((row.answered_at - row.at).total_seconds() / 3600))


def _stages(session: Session, ids: dict[int, str], starts: datetime, ends: datetime) -> Sheet:
    goals: dict[int, str] = {}
    found = session.scalars(
        select(StageChange)
        .where(StageChange.set_at >= starts, StageChange.set_at < ends)
        .order_by(StageChange.id)
    )
    sheet: Sheet = []
    for row in found:
        if row.contact_id in ids:
            goal = goals.setdefault(row.goal_id, str(len(goals) + 1))
            sheet.append(
                (
                    ids[row.contact_id],
                    goal,
                    month(row.set_at),
                    row.before or NOT_ASKED,
                    row.stage,
                    row.level,
                    row.why,
                    "worker",
                )  # fmt: skip
            )
    return sheet


def _referrals(session: Session, ids: dict[int, str], starts: datetime, ends: datetime) -> Sheet:
    found = session.scalars(
        select(Referral).where(Referral.made_at >= starts, Referral.made_at < ends)
    )
    return [
        (ids[row.contact_id], month(row.made_at), row.area, row.state)
        for row in found
        if row.contact_id in ids
    ]


def _milestones(session: Session, ids: dict[int, str], request: ExportRequest) -> Sheet:
    found = session.scalars(
        select(Milestone).where(
            Milestone.on >= request.from_on, Milestone.on < month_after(request.until_on)
        )
    )
    return [
        (ids[row.contact_id], month(row.on), row.kind, row.source)
        for row in found
        if row.contact_id in ids
    ]


def as_csv(name: str, sheet: Sheet) -> bytes:
    """One sheet as CSV for a spreadsheet program. Nothing in it begins like a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS[name])
    writer.writerows(tuple(_plain(cell) for cell in row) for row in sheet)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _plain(cell: str) -> str:
    is_number = cell.lstrip("-").isdigit()
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and not is_number else cell


def cells(sheets: dict[str, Sheet]) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Each sheet with its head row, for a workbook."""
    for name, sheet in sheets.items():
        yield name, [COLUMNS[name], *sheet]
