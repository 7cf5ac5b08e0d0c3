"""Carries out what a conversation decided about seats, and says where it goes on."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.calendar import booking, waiting
from bot.calendar.booking import Came
from bot.calendar.seats import Date
from bot.case import Case
from bot.engine import Book, Coming, Effect, GiveUp, LeaveList, Wait
from records.models import Event, Occurrence

#: Flow, step and data with which the conversation goes on.
Onward = tuple[str, str, dict[str, object]]
_STEPS = {Came.BOOKED: "booked", Came.ALREADY: "already", Came.FULL: "full", Came.OVER: "gone"}


def act(case: Case, effect: Effect) -> Onward | None:
    """Does one effect about seats; None when it is about something else."""
    match effect:
        case Book():
            return _book(case, effect)
        case GiveUp():
            row = booking.give_up(case.session, case.contact.id, effect.appointment_id, case.now)
            if row is None:
                return "reminder", "gone", {}
            row.rsvp, row.rsvp_at = "no", case.now
            return "reminder", "freed", _date(case, row.occurrence_id)
        case Coming():
            seat = booking.coming(case.session, case.contact.id, effect.appointment_id, case.now)
            if seat is None:
                return "reminder", "gone", {}
            return "reminder", "noted", _date(case, seat.occurrence_id)
        case Wait():
            is_on = waiting.wait(case.session, case.contact, effect.occurrence_id, case.now)
            step = "waiting" if is_on else "gone"
            return "book", step, _date(case, effect.occurrence_id)
        case LeaveList():
            left = waiting.leave(case.session, case.contact.id, effect.waiting_id, case.now)
            if left is None:
                return "reminder", "gone", {}
            return "mine", "off_list", _date(case, left.occurrence_id)
    return None


def _book(case: Case, effect: Book) -> Onward:
    result = booking.book(
        case.session, case.line, case.contact, effect.occurrence_id, case.now,
        instead_of=effect.instead_of,
    )  # fmt: skip
    data: dict[str, object] = {"appointment": result.appointment_id}
    if result.date is not None:
        data |= _said_of(result.date)
    came = result.came
    if came is Came.ALREADY and case.contact.doubted_at is not None:
        # Said as if it were new: that they had it already is no news for somebody else.
        came = Came.BOOKED
    return "book", _STEPS[came], data


def _said_of(date: Date) -> dict[str, object]:
    when = _local(date.starts_at, date.zone)
    has = {"has_place": bool(date.place), "is_sample": date.is_sample}
    return {"occurrence": date.id, "when": when, **has}


def _date(case: Case, occurrence_id: int) -> dict[str, object]:
    occurrence = case.session.get(Occurrence, occurrence_id)
    if occurrence is None:
        return {}
    event = case.session.get_one(Event, occurrence.event_id)
    return {"occurrence": occurrence_id, "when": _local(occurrence.starts_at, event.zone)}


def _local(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat()
