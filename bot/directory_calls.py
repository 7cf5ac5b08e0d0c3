"""What a call to a service found: as written, corrected, not answered, or gone for good.

A changed number is not told to anyone until a second person has looked at it, and from the
moment of the call the old one is not told either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import phonenumbers
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.case import add_item
from bot.discreet import telling_words
from bot.line import Line
from records.audit import note
from records.ids import new_id
from records.keystore import SYSTEM
from records.models import QueueItem, Resource, ResourceCheck

#: What a call may correct, with the length that fits its column.
FIELDS = {
    "call": 32, "text": 48, "hours": 80, "languages": 80, "ask_inuktitut": 80, "area": 80,
    "notes": 200,
}  # fmt: skip
NUMBERS = ("call", "text")
MAY_BE_NONE = (*NUMBERS, "ask_inuktitut")
#: What stands in texts to clients.
TOLD = ("hours", "ask_inuktitut")
SHORT_NUMBERS = frozenset({"211", "311", "811", "911", "988"})
#: Tasks that a call does.
ITEM_KINDS = ("stale_resource", "alarm")
SECOND_LOOK = "second_look"
LONGEST_NAME = 60
#: A call may be entered some days after it was made.
BACK = timedelta(days=14)
SAME, CHANGED, NO_ANSWER, GONE = "same", "changed", "no_answer", "gone"
DONE, WAITS, REFUSED = "done", "waits", "refused"
_WORD_TO = re.compile(r"([A-Za-z]{2,12}) to (.+)")

Changes = dict[str, list[str | None]]


class CallError(Exception):
    """Why it cannot be kept; `args[0]` names the panel's text."""


@dataclass(frozen=True)
class Call:
    """One call: its day, who answered (empty when nobody did), and by which worker.

    `given` holds the columns of FIELDS as they should be; a column left out is as written.
    """

    called_on: date
    spoke_with: str
    staff_id: int
    now: datetime
    given: Mapping[str, str] = field(default_factory=dict)
    outcome: str | None = None


def keep(session: Session, line: Line, row: Resource, call: Call) -> ResourceCheck:
    """Keeps a call and what follows from it. Raises CallError and changes nothing then.

    Raises day, who, waits, fixed, length, number, telling or text_911.
    """
    today = line.local(call.now).date()
    if not today - BACK <= call.called_on <= today:
        raise CallError("day")
    if waiting(session, row.slug) is not None:
        raise CallError(WAITS)
    changes = {} if call.outcome in (NO_ANSWER, GONE) else changes_of(row, call.given)
    outcome = call.outcome or (CHANGED if changes else SAME)
    if outcome in (SAME, CHANGED) and not 0 < len(call.spoke_with) <= LONGEST_NAME:
        raise CallError("who")
    if row.never_stale and (outcome == GONE or set(NUMBERS) & set(changes)):
        raise CallError("fixed")
    check = _check(session, line, row, call, outcome, changes)
    if set(NUMBERS) & set(changes):
        check.state = WAITS
        _hold_back(row, call)
        add_item(session, call.now, SECOND_LOOK, dedupe_key=_look_key(row.slug), subject=row.slug)
    elif outcome == GONE:
        _hold_back(row, call)
        _settle(session, row.slug, call.staff_id, call.now)
    elif outcome != NO_ANSWER:
        _apply(row, changes)
        _confirm(session, row, check.called_on, call.staff_id, call.now)
    return check


def look(
    session: Session, row: Resource, check: ResourceCheck, is_right: bool, staff_id: int,
    now: datetime,
) -> None:  # fmt: skip
    """A second person looked at a changed number. Raises CallError: own (the same person)."""
    if check.made_by == staff_id:
        raise CallError("own")
    check.state, check.looked_by, check.looked_at = DONE if is_right else REFUSED, staff_id, now
    _close(session, [_look_key(row.slug)], staff_id, now)
    if is_right:
        _apply(row, read_changes(check))
        _confirm(session, row, check.called_on, staff_id, now)
    act = "approve_resource" if is_right else "refuse_resource"
    note(session, now, f"staff:{staff_id}", act, subject=f"resource:{row.slug}"[:48])


def waiting(session: Session, slug: str) -> ResourceCheck | None:
    """The changed number of this service that nobody has looked at again."""
    return session.scalar(
        select(ResourceCheck).where(ResourceCheck.slug == slug, ResourceCheck.state == WAITS)
    )


def read_changes(check: ResourceCheck) -> Changes:
    """Each changed column with its old and new value."""
    changes: Changes = json.loads(check.changes)
    return changes


def changes_of(row: Resource, given: Mapping[str, str]) -> Changes:
    """What differs from the row, each value made tidy. Raises CallError."""
    changes: Changes = {}
    for name, raw in given.items():
        words = " ".join(raw.split())
        if len(words) > FIELDS[name]:
            raise CallError("length")
        old = getattr(row, name)
        if words == (old or ""):
            continue
        new = _number(name, words) if name in NUMBERS and words else words
        if name in TOLD and telling_words(new):
            raise CallError("telling")
        if new != (old or ""):
            changes[name] = [old, new or (None if name in MAY_BE_NONE else "")]
    _refuse_text_911(row, changes)
    return changes


def _number(name: str, words: str) -> str:
    """A number as it is written here. Raises CallError."""
    word = _WORD_TO.fullmatch(words) if name == "text" else None
    number = word[2] if word else words
    digits = re.sub(r"[\s().+-]", "", number)
    is_code = name == "text" and digits.isdecimal() and len(digits) in (5, 6)
    if not is_code and digits not in SHORT_NUMBERS:
        digits = _north_american(digits)
    return f"{word[1].upper()} to {digits}" if word else digits


def _north_american(digits: str) -> str:
    bare = digits.removeprefix("1")
    if not bare.isdecimal() or len(bare) != 10:
        raise CallError("number")
    if not phonenumbers.is_valid_number(phonenumbers.parse(f"+1{bare}")):
        raise CallError("number")
    is_toll_free = bare[0] == "8"
    return f"{'1-' if is_toll_free else ''}{bare[:3]}-{bare[3:6]}-{bare[6:]}"


def _refuse_text_911(row: Resource, changes: Changes) -> None:
    """The row's own rule, asked before anything is kept."""
    try:
        Resource(**{name: new for name, (_, new) in changes.items()})
    except ValueError as error:
        raise CallError("text_911") from error


def _check(
    session: Session, line: Line, row: Resource, call: Call, outcome: str, changes: Changes
) -> ResourceCheck:
    check = ResourceCheck(
        id=new_id(), slug=row.slug, called_on=call.called_on, outcome=outcome, state=DONE,
        changes=json.dumps(changes, ensure_ascii=False), made_by=call.staff_id, made_at=call.now,
    )  # fmt: skip
    if call.spoke_with:
        place = f"resource_check.spoke_with:{check.id}"
        check.spoke_with_sealed = line.vault.seal(SYSTEM, place, call.spoke_with)
    session.add(check)
    actor, subject = f"staff:{call.staff_id}", f"resource:{row.slug}"[:48]
    note(session, call.now, actor, "call_resource", subject=subject, detail=outcome)
    return check


def _hold_back(row: Resource, call: Call) -> None:
    """Not told to anyone; and the data file, which still says the old, no longer counts."""
    row.sendable, row.checked_by = False, f"staff:{call.staff_id}"


def _apply(row: Resource, changes: Changes) -> None:
    for name, (_, new) in changes.items():
        setattr(row, name, new)


def _confirm(session: Session, row: Resource, day: date, staff_id: int, now: datetime) -> None:
    """From now on it may be sent, and tasks that asked for this call are done."""
    row.checked_on = max(day, row.checked_on or day)
    row.checked_by = f"staff:{staff_id}"
    row.sendable = bool(row.call or row.text)
    _settle(session, row.slug, staff_id, now)
    note(session, now, f"staff:{staff_id}", "confirm_resource", subject=f"resource:{row.slug}"[:48])


def _settle(session: Session, slug: str, staff_id: int, now: datetime) -> None:
    _close(session, [f"{kind}:resource:{slug}" for kind in ITEM_KINDS], staff_id, now)


def _close(session: Session, causes: list[str], staff_id: int, now: datetime) -> None:
    session.execute(
        update(QueueItem)
        .where(QueueItem.dedupe_key.in_(causes), QueueItem.resolved_at.is_(None))
        .values(resolved_at=now, resolved_by=staff_id, outcome="confirmed")
        .execution_options(synchronize_session=False)
    )


def _look_key(slug: str) -> str:
    return f"{SECOND_LOOK}:resource:{slug}"
